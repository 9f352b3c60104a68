#include "dane/host.hpp"

#include <algorithm>

namespace tlspolicy::dane {

Addresses judge_addresses(Lookup one_family, Lookup other_family) noexcept {
    const auto either = [=](Lookup what) { return one_family == what || other_family == what; };
    if (either(Lookup::secure)) return Addresses::secure;
    if (either(Lookup::insecure)) return Addresses::insecure;
    if (either(Lookup::no_such_name)) return Addresses::none;  // of a name, so of both families
    if (!either(Lookup::failed)) return Addresses::none;
    // Where one family comes from an unsigned zone, so does the other: nothing on a secure path has failed.
    return either(Lookup::nothing_insecure) ? Addresses::insecure : Addresses::failed;
}

HostState judge_tlsa(Lookup tlsa, std::span<const Tlsa> records) noexcept {
    if (tlsa == Lookup::failed) return HostState::failed;
    if (tlsa != Lookup::secure) return HostState::no_dane;
    return std::any_of(records.begin(), records.end(), is_usable) ? HostState::usable : HostState::unusable;
}

}  // namespace tlspolicy::dane
