#include "telemetry/expiring.hpp"

#include "cache/walk.hpp"

#include <chrono>
#include <variant>

namespace tlspolicy::telemetry {
namespace {

// In the second half of its time a renewal has been due for long, and a success would have begun it anew.
bool is_expiring(const cache::Entry& entry, Time now) noexcept {
    const auto* cached = std::get_if<cache::Cached>(&entry.sts());
    if (cached == nullptr || !cached->failure || cached->policy->policy.mode != sts::Mode::enforce)
        return false;
    const Duration left = cached->expires - now;
    return left > Duration(0) && left < std::chrono::hours(24) && left < now - cached->fetched;
}

}  // namespace

void Expiring::walk_on(Time now) {
    const std::size_t shard = walk_.shard;
    while (walk_.shard == shard)
        for (const auto& entry : cache_.walk_on(walk_, cache::entries_at_once))
            so_far_ += is_expiring(*entry, now) ? 1 : 0;
    if (!walk_.at_end()) return;
    count_ = so_far_;
    so_far_ = 0;
    walk_ = {};
}

}  // namespace tlspolicy::telemetry
