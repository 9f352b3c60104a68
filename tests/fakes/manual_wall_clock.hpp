#pragma once

#include "base/wall_clock.hpp"

#include <atomic>
#include <string>
#include <utility>

namespace tlspolicy::fakes {

/// Shows what a test has set it to.
class ManualWallClock final : public WallClock {
public:
    explicit ManualWallClock(std::string boot = "boot-1") : boot_(std::move(boot)) {}
    WallTime now() const noexcept override { return WallTime(Duration(now_.load())); }
    std::string boot() const override { return boot_; }
    void advance(Duration by) noexcept { now_ += by.count(); }
    void set(WallTime time) noexcept { now_ = time.time_since_epoch().count(); }

private:
    static constexpr WallTime beginning{
        std::chrono::sys_days(std::chrono::year{2027} / 1 / 1).time_since_epoch()};
    std::string boot_;
    std::atomic<Duration::rep> now_{beginning.time_since_epoch().count()};
};

}  // namespace tlspolicy::fakes
