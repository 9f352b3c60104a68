#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ratio>

namespace tlspolicy {

/// How long something took, counted in buckets whose upper bounds are given in units of `Period`. Safe from
/// any thread; counting takes no lock.
template <class Period, int... upper_bounds>
class BasicHistogram {
public:
    using Unit = std::chrono::duration<std::int64_t, Period>;
    static constexpr std::array<int, sizeof...(upper_bounds)> bounds{upper_bounds...};

    template <class Rep, class OtherPeriod>
    void observe(std::chrono::duration<Rep, OtherPeriod> took) noexcept {
        const auto units = std::chrono::ceil<Unit>(took).count();
        std::size_t bucket = 0;
        while (bucket < bounds.size() && units > bounds[bucket])
            ++bucket;
        counts_[bucket].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(static_cast<std::uint64_t>(units), std::memory_order_relaxed);
    }

    /// How many fell into a bucket; the last one, bounds.size(), holds what took longer than all bounds.
    std::uint64_t count(std::size_t bucket) const noexcept {
        return counts_[bucket].load(std::memory_order_relaxed);
    }
    double sum_in_seconds() const noexcept {
        return seconds(static_cast<double>(sum_.load(std::memory_order_relaxed)));
    }
    static double bound_in_seconds(std::size_t bucket) noexcept { return seconds(bounds[bucket]); }

private:
    static double seconds(double units) noexcept {
        return units * static_cast<double>(Period::num) / static_cast<double>(Period::den);
    }

    std::array<std::atomic<std::uint64_t>, bounds.size() + 1> counts_{};
    std::atomic<std::uint64_t> sum_{0};
};

/// Of what waits for the network.
using Histogram =
    BasicHistogram<std::milli, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000>;
/// Of what memory answers.
using QuickHistogram =
    BasicHistogram<std::micro, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000>;

}  // namespace tlspolicy
