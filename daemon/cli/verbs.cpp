#include "cli/verbs.hpp"

#include "cli/status.hpp"

namespace tlspolicy::cli {
namespace {

template <class Kind>
std::unique_ptr<Verb> make() {
    return std::make_unique<Kind>();
}

constexpr Offer offers[] = {
    {"status", "How the running daemon does", make<Status>},
};

}  // namespace

std::span<const Offer> verbs() {
    return offers;
}

}  // namespace tlspolicy::cli
