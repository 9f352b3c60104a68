#pragma once

#include "base/clock.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tlspolicy {

/// How long something took, counted in fixed buckets. Safe from any thread; counting takes no lock.
class Histogram {
public:
    static constexpr std::array<int, 14> bounds_ms{1,   2,   5,    10,   20,   50,    100,
                                                   200, 500, 1000, 2000, 5000, 10000, 20000};

    void observe(Duration took) noexcept {
        std::size_t bucket = 0;
        while (bucket < bounds_ms.size() && took.count() > bounds_ms[bucket])
            ++bucket;
        counts_[bucket].fetch_add(1, std::memory_order_relaxed);
        sum_ms_.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    }

    /// How many fell into a bucket; the last one, bounds_ms.size(), holds what took longer than all bounds.
    std::uint64_t count(std::size_t bucket) const noexcept {
        return counts_[bucket].load(std::memory_order_relaxed);
    }
    std::uint64_t sum_ms() const noexcept { return sum_ms_.load(std::memory_order_relaxed); }

private:
    std::array<std::atomic<std::uint64_t>, bounds_ms.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_ms_{0};
};

}  // namespace tlspolicy
