#pragma once

#include <chrono>

namespace tlspolicy {

using Duration = std::chrono::milliseconds;

/// The clock that policies age by: it never jumps, and goes on while the machine sleeps (CLOCK_BOOTTIME), so
/// that neither a wrong wall clock nor a suspended machine prolongs a policy.
struct BootTime {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootTime>;
    static constexpr bool is_steady = true;
};
using Time = BootTime::time_point;

/// Where time comes from; tests bring their own. Safe from any thread.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Time now() const noexcept = 0;

protected:
    Clock() = default;
    Clock(const Clock&) = default;
    Clock& operator=(const Clock&) = default;
};

class SystemClock final : public Clock {
public:
    Time now() const noexcept override;
};

}  // namespace tlspolicy
