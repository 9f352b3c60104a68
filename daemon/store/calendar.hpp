#pragma once

#include "base/clock.hpp"
#include "base/wall_clock.hpp"

#include <optional>
#include <string>

namespace tlspolicy::store {

/// What time of day it was at one moment of one start of the machine.
struct Anchor {
    std::string boot;  ///< WallClock::boot()
    Time time{};
    WallTime wall{};
    std::optional<Time> behind_since = {};  ///< Calendar::behind_since()

    friend bool operator==(const Anchor&, const Anchor&) = default;
};

/// The time of day by which a store dates its policies. It does not jump when the system's clock does, or the
/// life of a policy would change with it: within one start of the machine it goes on by the clock that counts
/// from that start, from the last anchor in the store. After another start the system's clock has to be
/// believed, but never one that shows less than the store has already seen; such a clock (no battery, no
/// network yet) is followed as soon as it has been set right.
class Calendar {
public:
    /// `before`: the last anchor in the store. `now`: what the system says.
    Calendar(const std::optional<Anchor>& before, const Anchor& now);

    WallTime wall(Time time) const noexcept { return WallTime(time.time_since_epoch() + offset_); }
    Time time(WallTime wall) const noexcept { return Time(wall.time_since_epoch() - offset_); }
    /// What the store is to remember of this moment.
    Anchor anchor(Time now) const { return {boot_, now, wall(now), behind_since_}; }

    /// Since when the system's clock has not been set: what was dated later than that is dated too early, and
    /// what is older is older than it seems. nullopt: it is right.
    const std::optional<Time>& behind_since() const noexcept { return behind_since_; }
    /// The calendar by the system's clock, where that has been set right since.
    std::optional<Calendar> followed(const Anchor& now) const;

private:
    std::string boot_;
    Duration offset_{};
    std::optional<Time> behind_since_;
};

}  // namespace tlspolicy::store
