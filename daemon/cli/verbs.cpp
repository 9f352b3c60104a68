#include "cli/verbs.hpp"

#include "cli/bulk.hpp"
#include "cli/explain.hpp"
#include "cli/status.hpp"

namespace tlspolicy::cli {
namespace {

template <class Kind>
std::unique_ptr<Verb> make() {
    return std::make_unique<Kind>();
}

constexpr Offer offers[] = {
    {"explain", "Why a domain gets its answers: everything the daemon looks at", make<Explain>},
    {"bulk", "The answers for a list of names, and how they differ from another server's", make<Bulk>},
    {"status", "How the running daemon does", make<Status>},
};

}  // namespace

std::span<const Offer> verbs() {
    return offers;
}

}  // namespace tlspolicy::cli
