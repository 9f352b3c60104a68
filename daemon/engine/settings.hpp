#pragma once

#include "base/clock.hpp"

#include <cstddef>

namespace tlspolicy::engine {

/// The least and the most that a time from the network is allowed to be.
struct Bounds {
    Duration min;
    Duration max;

    Duration clamp(Duration value) const noexcept { return value < min ? min : value > max ? max : value; }
    friend bool operator==(const Bounds&, const Bounds&) = default;
};

struct Settings {
    /// A lookup is answered within this time, whatever the network does (MAP-4).
    Duration answer_deadline = std::chrono::seconds(20);
    /// How long a record is believed before it is looked at again: its TTL within these bounds (STS-31).
    Bounds recheck{std::chrono::seconds(30), std::chrono::minutes(5)};
    /// How long "no record" is believed: the SOA minimum within these bounds (STS-5).
    Bounds negative{std::chrono::seconds(30), std::chrono::hours(1)};
    /// The pause after a failed fetch; it doubles up to `retry_after_max` (STS-25).
    Duration retry_after = std::chrono::minutes(5);
    Duration retry_after_max = std::chrono::hours(1);
    /// How long the state of DANE is believed: the least TTL on the path within these bounds (DANE-6).
    Bounds dane{std::chrono::seconds(30), std::chrono::hours(1)};
    /// For so long after that, what cannot be looked up again is taken to be as it was.
    Duration dane_grace = std::chrono::hours(1);
    /// A policy that nobody asked for in this time is no longer refreshed (STS-32).
    Duration forget_unused = std::chrono::hours(24 * 30);
    /// Lookups that wait, and discoveries under way, at one time; beyond it the answer is TEMP.
    std::size_t max_waiting = 10'000;
    /// Domains kept in memory.
    std::size_t max_entries = 1'000'000;

    friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace tlspolicy::engine
