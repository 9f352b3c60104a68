#pragma once

#include "store/sqlite_store.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace tlspolicy::store {

/// What statistics() shows, counted on both threads.
struct SqliteStore::Counts {
    using Count = std::atomic<std::uint64_t>;
    Count finds{0}, found{0}, find_us{0}, longest_find_us{0}, skipped{0}, commits{0}, commit_us{0},
        changes{0}, errors{0}, damaged_files{0}, damaged_rows{0};
};

inline std::uint64_t microseconds_since(std::chrono::steady_clock::time_point begin) {
    const auto passed = std::chrono::steady_clock::now() - begin;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(passed).count());
}

}  // namespace tlspolicy::store
