#pragma once

#include "base/clock.hpp"

#include <atomic>

namespace tlspolicy::fakes {

/// Stands still until a test moves it on.
class ManualClock final : public Clock {
public:
    Time now() const noexcept override { return Time(Duration(now_.load(std::memory_order_relaxed))); }
    void advance(Duration by) noexcept { now_.fetch_add(by.count(), std::memory_order_relaxed); }

private:
    static constexpr Duration boot = std::chrono::hours(1000);  // so that "long before" is a time as well
    std::atomic<Duration::rep> now_{boot.count()};
};

}  // namespace tlspolicy::fakes
