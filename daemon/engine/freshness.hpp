#pragma once

#include "base/clock.hpp"
#include "cache/entry.hpp"
#include "engine/settings.hpp"

#include <cstdint>

/// The times of a cached policy, as pure functions of it and the present.
namespace tlspolicy::engine {

enum class Freshness : std::uint8_t {
    fresh,        ///< answer from it
    recheck_due,  ///< answer from it, and have the record looked at again behind the answer (STS-31)
    stale,        ///< nothing here may be applied: the lookup waits for discovery
};

Freshness freshness(const cache::StsState& state, Time now) noexcept;

/// The policy that may still be applied, or null: none is held, or it has expired (STS-33).
const cache::Cached* unexpired(const cache::StsState& state, Time now) noexcept;

/// The failure that the state remembers; null where the last attempt went well.
const cache::Failure* failure_of(const cache::StsState& state) noexcept;

/// The pause after the `count`th failure in a row: `retry_after`, doubling up to `retry_after_max` (STS-25).
Duration retry_pause(const Settings& settings, unsigned count) noexcept;

/// When a policy fetched now is fetched again unasked: within half of its max_age and within a day, at a
/// moment that `spread` (0 to 1, random) picks from the second half of that time, so that policies learnt
/// together are not refreshed together and nobody can tell the moment (RFC 8461, 10.2). Time::max() for a
/// policy too short-lived to be worth it: it is fetched again when somebody asks.
Time refresh_time(Time now, Duration max_age, double spread) noexcept;

}  // namespace tlspolicy::engine
