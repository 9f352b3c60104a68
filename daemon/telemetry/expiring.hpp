#pragma once

#include "base/clock.hpp"
#include "cache/policy_cache.hpp"

#include <cstddef>

namespace tlspolicy::telemetry {

/// How many policies that are enforced end within a day and before long, and what was tried last failed: a
/// renewal has been due since half of their time. Found by a walk through the cache, a shard each time: what
/// it says is as old as a walk.
class Expiring {
public:
    explicit Expiring(const cache::PolicyCache& cache) : cache_(cache) {}
    void walk_on(Time now);
    std::size_t count() const noexcept { return count_; }

private:
    const cache::PolicyCache& cache_;
    cache::PolicyCache::Walk walk_;
    std::size_t so_far_ = 0;
    std::size_t count_ = 0;
};

}  // namespace tlspolicy::telemetry
