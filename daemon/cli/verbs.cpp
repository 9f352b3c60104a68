#include "cli/verbs.hpp"

#include "cli/check.hpp"
#include "cli/explain.hpp"
#include "cli/publish.hpp"
#include "cli/status.hpp"

namespace tlspolicy::cli {
namespace {

template <class Kind>
std::unique_ptr<Verb> make() {
    return std::make_unique<Kind>();
}

constexpr Offer offers[] = {
    {"explain", "Why a domain gets its answers: everything the daemon looks at", make<Explain>},
    {"status", "How the running daemon does", make<Status>},
    {"check", "How a domain that receives mail stands with MTA-STS, DANE and TLS reports", make<Check>},
    {"publish", "What a domain that receives mail has to publish, and in which order", make<Publish>},
};

}  // namespace

std::span<const Offer> verbs() {
    return offers;
}

}  // namespace tlspolicy::cli
