#include "store/calendar.hpp"

#include <algorithm>

namespace tlspolicy::store {
namespace {

// Before this was written. A clock that shows less has not been set yet.
constexpr WallTime certainly_past{std::chrono::sys_days(std::chrono::year{2026} / 11 / 1).time_since_epoch()};

}  // namespace

Calendar::Calendar(const std::optional<Anchor>& before, const Anchor& now) : boot_(now.boot) {
    WallTime wall = now.wall;
    if (before && before->boot == now.boot && !now.boot.empty()) {
        wall = before->wall + (now.time - before->time);
        behind_since_ = before->behind_since;
    } else {
        if (before) wall = std::max(wall, before->wall);
        if (now.wall < certainly_past || now.wall < wall) behind_since_ = now.time;
    }
    offset_ = wall.time_since_epoch() - now.time.time_since_epoch();
}

std::optional<Calendar> Calendar::followed(const Anchor& now) const {
    if (!behind_since_ || now.wall < certainly_past || now.wall <= wall(now.time)) return std::nullopt;
    Calendar right = *this;
    right.offset_ = now.wall.time_since_epoch() - now.time.time_since_epoch();
    right.behind_since_.reset();
    return right;
}

}  // namespace tlspolicy::store
