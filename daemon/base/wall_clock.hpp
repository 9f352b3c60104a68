#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <string>

namespace tlspolicy {

/// The time of day, UTC: what outlives a machine's start, but may jump.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Where the time of day comes from; tests bring their own. Safe from any thread.
class WallClock {
public:
    virtual ~WallClock() = default;
    virtual WallTime now() const noexcept = 0;
    /// Names this start of the machine, of which Clock counts the time: another one, another name.
    virtual std::string boot() const = 0;

protected:
    WallClock() = default;
    WallClock(const WallClock&) = default;
    WallClock& operator=(const WallClock&) = default;
};

class SystemWallClock final : public WallClock {
public:
    WallTime now() const noexcept override;
    std::string boot() const override;
};

}  // namespace tlspolicy
