#pragma once

#include "base/clock.hpp"
#include "cache/dane_entry.hpp"
#include "cache/entry.hpp"
#include "postfix/answer.hpp"
#include "postfix/map_options.hpp"

#include <cstdint>
#include <string_view>

namespace tlspolicy::engine {

/// The rules there are, each a row of the tables in CONFORMANCE, 5: which of them made an answer.
enum class Rule : std::uint8_t {
    // MTA-STS
    policy_enforced,     ///< mode enforce, or testing on a map with `enforce_testing`
    policy_testing,      ///< mode testing on any other map
    policy_none,         ///< mode none
    no_record,           ///< the domain announces no policy
    policy_unavailable,  ///< it announces one, which could not be fetched or is not valid
    record_not_known,    ///< the record could not be looked up, so that nobody knows
    // DANE, where it has the say
    all_hosts_usable,
    some_hosts_usable,           ///< and no policy is enforced
    some_hosts_usable_enforced,  ///< and a policy is
    hosts_undecided,             ///< no usable host, a lookup failed; no policy is enforced
    hosts_undecided_enforced,    ///< the same, and a policy is
    hosts_unusable,              ///< TLSA records that nobody can use; no policy is enforced
    hosts_insecure,              ///< the list of hosts is not secure; no policy is enforced
    hosts_not_known_enforced,    ///< the list could not be looked up, and a policy is enforced
};

/// "policy-enforced".
std::string_view name_of(Rule rule) noexcept;

/// The rule for what is known of a domain.
Rule rule_for(const cache::StsState& state, const postfix::MapOptions& options, Time now) noexcept;
/// The same where DANE goes first; `dane` null: it could not be looked up in time.
Rule rule_for(const cache::StsState& state, const cache::DaneState* dane, const postfix::MapOptions& options,
              Time now) noexcept;

/// What is known of a domain → what Postfix is told. RFC 8461, 3 and 5; availability wins wherever nothing
/// would be weakened by it, so TEMP is said only on a map that asks for it.
postfix::Answer decide(const cache::StsState& state, const postfix::MapOptions& options, Time now);

/// The same where DANE goes first (RFC 8461, 2; CONFORMANCE, 5): for maps that ask for it. `dane` null: it
/// could not be looked up in time.
postfix::Answer decide(const cache::StsState& state, const cache::DaneState* dane,
                       const postfix::MapOptions& options, Time now);

}  // namespace tlspolicy::engine
