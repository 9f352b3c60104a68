// What the engine does as time passes.
#include "cache/walk.hpp"
#include "engine/policy_engine.hpp"
#include "engine/refresher.hpp"

#include <utility>
#include <variant>

namespace tlspolicy::engine {
namespace {

constexpr std::size_t max_refreshing = 64;  // half of the default fetch slots stay for lookups

}  // namespace

void PolicyEngine::release_overdue(Time now) {
    for (auto& [domain, flight] : flights_)
        release_overdue(flight.waiters, &flight.meanwhile, now);
    for (auto& [key, waiters] : dane_waits_)
        release_overdue(waiters, nullptr, now);
    std::erase_if(dane_waits_, [](const auto& waits) { return waits.second.empty(); });
}

/// `sts` null: each waiter knows its own.
void PolicyEngine::release_overdue(Waiters& waiters, const cache::StsState* sts, Time now) {
    for (auto waiter = waiters.begin(); waiter != waiters.end();) {
        const auto overdue = waiter++;
        if (now < overdue->deadline) continue;
        --waiting_;
        answer(waiters, overdue,
               sts != nullptr ? judge(*overdue, *sts, now, now)
                              : judge(*overdue, overdue->sts, overdue->settled, now),
               Source::deadline);
    }
}

// One shard each time: all of them within about a minute.
void PolicyEngine::look_after(Time now) {
    if (walk_.at_end()) {
        walk_ = {};
        archive_.begin_walk(now);
    }
    const std::size_t shard = walk_.shard;
    while (walk_.shard == shard) {
        for (const auto& entry : cache_.walk_on(walk_, cache::entries_at_once))
            look_after(*entry, now);
    }
    if (walk_.at_end()) discovery_.pool().sweep();
}

void PolicyEngine::look_after(const cache::Entry& entry, Time now) {
    archive_.show(entry);
    const Care care = care_for(entry, settings_, now);
    if (care == Care::none && !entry.recheck_claimed()) return;
    const auto domain = Domain::parse(entry.domain());
    if (!domain || flights_.contains(*domain)) return;
    if (entry.recheck_claimed()) entry.give_back_recheck();  // by a discovery that broke off
    if (care == Care::none) return;
    if (care == Care::refresh) {
        if (refreshing_ < max_refreshing) start(*domain, Reason::refresh);
        return;
    }
    if (const auto* expired = std::get_if<cache::Cached>(&entry.sts())) {
        observer_.on_event(PolicyExpired{*domain, *expired});
        archive_.forget(entry.domain());
    }
    cache_.erase(entry.domain());
}

}  // namespace tlspolicy::engine
