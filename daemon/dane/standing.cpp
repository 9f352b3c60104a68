#include "dane/standing.hpp"

#include <algorithm>

namespace tlspolicy::dane {
namespace {

/// How much is protected; failures say nothing of it.
int rank(Standing standing) noexcept {
    switch (standing) {
        case Standing::none:
            return 0;
        case Standing::insecure_hosts:
        case Standing::unusable:
            return 1;
        case Standing::some_usable:
            return 2;
        case Standing::all_usable:
            return 3;
        case Standing::undecided:
        case Standing::hosts_not_known:
            break;
    }
    return -1;
}

Standing judge_insecure(bool some_usable, bool some_unusable) noexcept {
    // A failed lookup weighs nothing here: who can suppress it can forge the whole list.
    return some_usable || some_unusable ? Standing::insecure_hosts : Standing::none;
}

}  // namespace

Standing judge(MxState mx, std::span<const HostState> hosts) noexcept {
    const auto some = [hosts](HostState state) {
        return std::find(hosts.begin(), hosts.end(), state) != hosts.end();
    };
    const bool usable = some(HostState::usable);
    const bool unusable = some(HostState::unusable);
    const bool failed = some(HostState::failed);
    if (mx == MxState::failed) return Standing::hosts_not_known;
    if (mx == MxState::no_mail) return Standing::none;
    if (mx == MxState::insecure) return judge_insecure(usable, unusable);
    if (usable) {
        const bool all = !unusable && !failed && !some(HostState::no_dane);
        return all ? Standing::all_usable : Standing::some_usable;
    }
    if (failed) return Standing::undecided;
    return unusable ? Standing::unusable : Standing::none;
}

bool is_definite(Standing standing) noexcept {
    return rank(standing) >= 0;
}

bool is_weaker(Standing now, Standing before) noexcept {
    return is_definite(now) && rank(now) < rank(before);
}

std::string_view name_of(Standing standing) noexcept {
    switch (standing) {
        case Standing::none:
            return "none";
        case Standing::insecure_hosts:
            return "insecure-hosts";
        case Standing::unusable:
            return "unusable";
        case Standing::undecided:
            return "undecided";
        case Standing::some_usable:
            return "some-usable";
        case Standing::all_usable:
            return "all-usable";
        case Standing::hosts_not_known:
            return "hosts-not-known";
    }
    return "";
}

std::string_view name_of(HostState state) noexcept {
    switch (state) {
        case HostState::usable:
            return "usable";
        case HostState::unusable:
            return "unusable";
        case HostState::no_dane:
            return "no-dane";
        case HostState::failed:
            return "failed";
        case HostState::no_addresses:
            return "no-addresses";
    }
    return "";
}

}  // namespace tlspolicy::dane
