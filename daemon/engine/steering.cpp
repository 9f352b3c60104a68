// What an operator asks of the engine.
#include "cache/walk.hpp"
#include "engine/freshness.hpp"
#include "engine/policy_engine.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <utility>

namespace tlspolicy::engine {
namespace {

/// Under which keys DANE may be known of a domain, ports of submission aside.
std::array<DaneTarget, 2> targets_of(const Domain& domain) {
    return {DaneTarget::of(domain), DaneTarget{domain, DaneTarget::smtp, true}};
}

bool is_enforced(const cache::Cached* policy) noexcept {
    return policy != nullptr && policy->policy->policy.mode == sts::Mode::enforce;
}

}  // namespace

void PolicyEngine::demand(const Domain& domain, RefreshHandler done) {
    const auto known = cache_.find(domain.text());
    demands_.add(domain, known ? known->sts() : cache::StsState(), clock_.now() + settings_.answer_deadline,
                 std::move(done));
    if (stopping_) return demands_.release_all();
    for (const auto& target : targets_of(domain))
        if (remembered_dane(target)) dane_->look_up(target);
    start(domain, Reason::demand);  // or it is started where the one under way lands
}

// A policy that only the store holds is not to be taken for none when the network fails; it may have left
// memory since this flight was begun for it.
bool PolicyEngine::is_to_be_recalled(const Domain& domain, Reason reason) const {
    if (reason == Reason::lookup) return true;
    const auto known = cache_.find(domain.text());
    return !known || unexpired(known->sts(), clock_.now()) == nullptr;
}

boost::asio::awaitable<PolicyEngine::Forgotten> PolicyEngine::forget(Domain domain, Force force) {
    const auto recalled = co_await archive_.recall(domain, settings_);
    const auto known = cache_.find(domain.text());
    const cache::Cached* policy = known ? unexpired(known->sts(), clock_.now()) : nullptr;
    if (policy == nullptr && recalled) policy = &recalled->policy;
    if (is_enforced(policy) && force == Force::no) co_return Forgotten::enforced;

    bool anything = known || recalled;
    for (const auto& target : targets_of(domain)) {
        if (!remembered_dane(target)) continue;
        dane_->forget(DaneKey(target).text());
        anything = true;
    }
    const auto flight = flights_.find(domain);
    if (flight != flights_.end()) flight->second.forgotten = true;
    archive_.forget_everywhere(domain.text());
    cache_.erase(domain.text());
    if (anything) co_return Forgotten::all;
    co_return Forgotten::nothing;
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

boost::asio::awaitable<std::optional<Archive::Recalled>> PolicyEngine::stored(Domain domain) {
    return archive_.recall_own(domain, settings_);
}

cache::DaneEntryPtr PolicyEngine::remembered_dane(const DaneTarget& target) const {
    return dane_ ? dane_->remembered(DaneKey(target).text()) : nullptr;
}

}  // namespace tlspolicy::engine
