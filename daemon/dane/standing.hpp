#pragma once

#include "dane/host.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tlspolicy::dane {

/// What is known of the list of a domain's mail hosts.
enum class MxState : std::uint8_t {
    secure,    ///< validated; or the operator himself names the host
    insecure,  ///< from a zone that is not signed
    no_mail,   ///< a null MX (RFC 7505), or the domain does not exist
    failed,    ///< no definite answer
};

/// How a domain stands with DANE: the rows of the table in CONFORMANCE, 5.
enum class Standing : std::uint8_t {
    none,             ///< no host does DANE
    insecure_hosts,   ///< hosts do, but the list of them is not secure
    unusable,         ///< secure list; some hosts publish records that nobody can use, none a usable one
    undecided,        ///< secure list, no usable host, and a lookup failed
    some_usable,      ///< secure list, some hosts usable
    all_usable,       ///< secure list, all hosts usable
    hosts_not_known,  ///< the list itself could not be looked up
};
inline constexpr std::size_t standings = 7;

/// Hosts without addresses do not count.
Standing judge(MxState mx, std::span<const HostState> hosts) noexcept;

/// Whether it says how much is protected; false: a failure hides that.
bool is_definite(Standing standing) noexcept;

/// Whether a change takes protection away, failures aside.
bool is_weaker(Standing now, Standing before) noexcept;

/// "all-usable", for people.
std::string_view name_of(Standing standing) noexcept;
std::string_view name_of(HostState state) noexcept;

}  // namespace tlspolicy::dane
