// What an operator asks of the engine.
#include "cache/walk.hpp"
#include "engine/freshness.hpp"
#include "engine/policy_engine.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <utility>

namespace tlspolicy::engine {
namespace {

/// Under which keys DANE may be known of what an operator names.
std::array<DaneTarget, 3> targets_of(const DaneTarget& target) {
    return {DaneTarget::of(target.name), DaneTarget{target.name, DaneTarget::smtp, true}, target};
}

bool is_enforced(const cache::Cached* policy) noexcept {
    return policy != nullptr && policy->policy->policy.mode == sts::Mode::enforce;
}

}  // namespace

void PolicyEngine::demand(const DaneTarget& target, RefreshHandler done) {
    const Domain& domain = target.name;
    const auto known = cache_.find(domain.text());
    demands_.add(domain, known ? known->sts() : cache::StsState(), clock_.now() + settings_.answer_deadline,
                 std::move(done));
    if (stopping_) return demands_.release_all();
    for (const auto& each : targets_of(target))
        if (remembered_dane(each)) dane_->look_up(each);
    start(domain, Reason::demand);  // or it is started where the one under way lands
}

// A policy that only the store holds is not to be taken for none when the network fails; it may have left
// memory since this flight was begun for it.
bool PolicyEngine::is_to_be_recalled(const Domain& domain, Reason reason) const {
    if (reason == Reason::lookup) return true;
    const auto known = cache_.find(domain.text());
    return !known || unexpired(known->sts(), clock_.now()) == nullptr;
}

boost::asio::awaitable<PolicyEngine::Forgetting> PolicyEngine::forget(DaneTarget target, Force force) {
    const Domain domain = target.name;
    const auto stored = co_await archive_.recall(domain, settings_);
    const auto known = cache_.find(domain.text());
    const cache::Cached* policy = known ? unexpired(known->sts(), clock_.now()) : nullptr;
    if (policy == nullptr && stored.policy) policy = &stored.policy->policy;
    Forgetting done;
    done.unasked = stored.own_silent.empty() ? stored.shared_silent : stored.own_silent;
    if (force == Force::no) {
        done.outcome = is_enforced(policy) ? Forgotten::enforced : Forgotten::unclear;
        if (is_enforced(policy) || !done.unasked.empty()) co_return done;
    }

    bool anything = known || stored.policy;
    for (const auto& each : targets_of(target)) {
        if (!remembered_dane(each)) continue;
        dane_->forget(DaneKey(each).text());
        anything = true;
    }
    const auto flight = flights_.find(domain);
    if (flight != flights_.end()) flight->second.forgotten = true;
    if (!archive_.forget_everywhere(domain.text()) && done.unasked.empty())
        done.unasked = "the shared store cannot be reached";
    cache_.erase(domain.text());
    done.outcome = anything ? Forgotten::all : Forgotten::nothing;
    co_return done;
}

boost::asio::awaitable<std::size_t> PolicyEngine::forget_failed() {
    std::size_t count = 0;
    cache::PolicyCache::Walk walk;
    while (!walk.at_end() && !stopping_) {
        for (const auto& entry : cache_.walk_on(walk, cache::entries_at_once)) {
            if (!std::holds_alternative<cache::Unavailable>(entry->sts())) continue;
            cache_.erase(entry->domain());
            ++count;
        }
        co_await boost::asio::post(network_, boost::asio::use_awaitable);  // lookups have their turn
    }
    co_return count;
}

boost::asio::awaitable<Result<std::optional<Archive::Recalled>>> PolicyEngine::stored(Domain domain) {
    return archive_.recall_own(domain, settings_);
}

cache::DaneEntryPtr PolicyEngine::remembered_dane(const DaneTarget& target) const {
    return dane_ ? dane_->remembered(DaneKey(target).text()) : nullptr;
}

}  // namespace tlspolicy::engine
