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
    Anchor anchor(Time now) const { return {boot_, now, wall(now)}; }

    /// Whether the system's clock has been set right since, so that what was dated until now is to be dated
    /// again.
    bool follow(const Anchor& now) noexcept;

private:
    std::string boot_;
    Duration offset_;
    bool clock_is_behind_;
};

}  // namespace tlspolicy::store
