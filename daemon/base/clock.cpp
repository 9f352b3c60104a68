#include "base/clock.hpp"

#include <ctime>

namespace tlspolicy {

Time SystemClock::now() const noexcept {
#ifdef CLOCK_BOOTTIME
    constexpr clockid_t clock = CLOCK_BOOTTIME;
#else
    constexpr clockid_t clock = CLOCK_MONOTONIC;  // the BSDs count sleep here
#endif
    timespec now{};
    clock_gettime(clock, &now);
    return Time(std::chrono::duration_cast<Duration>(std::chrono::seconds(now.tv_sec)
                                                     + std::chrono::nanoseconds(now.tv_nsec)));
}

}  // namespace tlspolicy
