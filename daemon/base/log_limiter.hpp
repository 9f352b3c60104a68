#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace tlspolicy {

/// Keeps strangers from filling the log: lets a few lines a minute through and counts the others. Safe from
/// any thread.
class LogLimiter {
public:
    explicit LogLimiter(const Clock& clock) : clock_(clock) {}

    /// nullopt: say nothing. Else say it, and how many went unsaid before.
    std::optional<std::uint64_t> admit() noexcept {
        const auto minute =
            std::chrono::duration_cast<std::chrono::minutes>(clock_.now().time_since_epoch()).count();
        if (minute_.exchange(minute, std::memory_order_relaxed) != minute)
            said_.store(0, std::memory_order_relaxed);
        if (said_.fetch_add(1, std::memory_order_relaxed) >= lines_a_minute) {
            unsaid_.fetch_add(1, std::memory_order_relaxed);
            return std::nullopt;
        }
        return unsaid_.exchange(0, std::memory_order_relaxed);
    }

private:
    static constexpr std::uint64_t lines_a_minute = 5;

    const Clock& clock_;
    std::atomic<std::int64_t> minute_{-1};
    std::atomic<std::uint64_t> said_{0};
    std::atomic<std::uint64_t> unsaid_{0};
};

}  // namespace tlspolicy
