#include "engine/freshness.hpp"

#include <algorithm>

namespace tlspolicy::engine {
namespace {

constexpr Duration longest_refresh = std::chrono::hours(24);    // RFC 8461, 3.3: "once per day"
constexpr Duration shortest_refresh = std::chrono::minutes(5);  // less is not worth a request to a stranger

Freshness believed_until(Time until, Time now) noexcept {
    return now < until ? Freshness::fresh : Freshness::stale;
}

}  // namespace

const cache::Cached* unexpired(const cache::StsState& state, Time now) noexcept {
    const auto* cached = std::get_if<cache::Cached>(&state);
    return cached != nullptr && now <= cached->expires ? cached : nullptr;
}

const cache::Failure* failure_of(const cache::StsState& state) noexcept {
    if (const auto* unavailable = std::get_if<cache::Unavailable>(&state)) return &unavailable->failure;
    if (const auto* cached = std::get_if<cache::Cached>(&state)) return cached->failure.get();
    return nullptr;
}

Freshness freshness(const cache::StsState& state, Time now) noexcept {
    if (const auto* cached = unexpired(state, now))
        return now < cached->recheck ? Freshness::fresh : Freshness::recheck_due;
    if (const auto* none = std::get_if<cache::NoRecord>(&state)) return believed_until(none->until, now);
    if (const auto* unavailable = std::get_if<cache::Unavailable>(&state))
        return believed_until(unavailable->until, now);
    return Freshness::stale;
}

Duration retry_pause(const Settings& settings, unsigned count) noexcept {
    Duration pause = settings.retry_after;
    for (unsigned i = 1; i < count && pause < settings.retry_after_max; ++i)
        pause *= 2;
    return std::max(settings.retry_after, std::min(pause, settings.retry_after_max));
}

Time refresh_time(Time now, Duration max_age, double spread) noexcept {
    const Duration latest = std::min(max_age / 2, longest_refresh);
    if (latest < shortest_refresh) return Time::max();
    const auto early = static_cast<Duration::rep>(static_cast<double>(latest.count()) / 2 * spread);
    return now + latest - Duration(early);
}

}  // namespace tlspolicy::engine
