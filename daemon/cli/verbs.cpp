#include "cli/verbs.hpp"

#include "cli/doctor.hpp"
#include "cli/status.hpp"

namespace tlspolicy::cli {
namespace {

template <class Kind>
std::unique_ptr<Verb> make() {
    return std::make_unique<Kind>();
}

constexpr Offer offers[] = {
    {"status", "How the running daemon does", make<Status>},
    {"doctor", "Whether Postfix, the daemon and this machine work together, and what to do", make<Doctor>},
};

}  // namespace

std::span<const Offer> verbs() {
    return offers;
}

}  // namespace tlspolicy::cli
