#pragma once

#include "dane/tlsa.hpp"

#include <cstdint>
#include <span>

/// What DNS says of one mail host → what DANE makes of it (RFC 7672, 2.2; CONFORMANCE, DANE-3 and 4).
namespace tlspolicy::dane {

/// What came of asking for one RRset, CNAMEs followed.
enum class Lookup : std::uint8_t {
    secure,            ///< records, validated all the way
    insecure,          ///< records, from a zone that is not signed
    nothing,           ///< validated: the name exists without such records
    nothing_insecure,  ///< the same, from a zone that is not signed
    no_such_name,
    failed,  ///< no definite answer: a time-out, SERVFAIL, a bogus signature
};

/// What a host's A and AAAA records say together. One answered family is enough: the other's failure holds
/// up no mail.
enum class Addresses : std::uint8_t { secure, insecure, none, failed };
Addresses judge_addresses(Lookup one_family, Lookup other_family) noexcept;

enum class HostState : std::uint8_t {
    usable,       ///< U: secure TLSA records, one of them usable at least
    unusable,     ///< X: secure TLSA records, none of them usable
    no_dane,      ///< N: insecure addresses, no TLSA records, insecure TLSA records
    failed,       ///< F: a lookup on the secure path failed
    no_addresses  ///< nothing can be delivered there
};

/// Of a host whose name is secure. `records` count where the lookup is `secure`.
HostState judge_tlsa(Lookup tlsa, std::span<const Tlsa> records) noexcept;

}  // namespace tlspolicy::dane
