#include "store/calendar.hpp"

#include <algorithm>

namespace tlspolicy::store {
namespace {

// Before this was written. A clock that shows less has not been set yet.
constexpr WallTime certainly_past{std::chrono::sys_days(std::chrono::year{2026} / 11 / 1).time_since_epoch()};

}  // namespace

Calendar::Calendar(const std::optional<Anchor>& before, const Anchor& now)
    : boot_(now.boot),
      offset_(now.wall.time_since_epoch() - now.time.time_since_epoch()),
      clock_is_behind_(now.wall < certainly_past) {
    if (!before) return;
    const bool same_start = !now.boot.empty() && before->boot == now.boot;
    const WallTime least = same_start ? before->wall + (now.time - before->time) : before->wall;
    clock_is_behind_ = clock_is_behind_ || (!same_start && now.wall < least);
    const WallTime wall = same_start ? least : std::max(now.wall, least);
    offset_ = wall.time_since_epoch() - now.time.time_since_epoch();
}

bool Calendar::follow(const Anchor& now) noexcept {
    if (!clock_is_behind_ || now.wall < certainly_past || now.wall <= wall(now.time)) return false;
    clock_is_behind_ = false;
    offset_ = now.wall.time_since_epoch() - now.time.time_since_epoch();
    return true;
}

}  // namespace tlspolicy::store
