#include "engine/archive.hpp"

#include "engine/stored_policy.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace tlspolicy::engine {
namespace {

constexpr Duration warm_up_pause = std::chrono::seconds(5);  // after the store failed
// Losing the last hour's marks at a crash costs nothing but a little order.
constexpr Duration marking_pause = std::chrono::hours(1);

const cache::Cached* policy_in(const cache::StsState& state) noexcept {
    return std::get_if<cache::Cached>(&state);
}

bool is_kept(const cache::Cached& policy) noexcept {
    return policy.expires > policy.fetched;  // else it has a max_age of 0 (STS-15)
}

bool same_failure(const cache::Cached& a, const cache::Cached& b) noexcept {
    if (a.failure == nullptr || b.failure == nullptr) return a.failure == b.failure;
    return *a.failure == *b.failure;
}

}  // namespace

Archive::Archive(Stores stores, cache::PolicyCache& cache, cache::PolicyPool& pool, const Clock& clock,
                 Observer& observer, std::uint64_t seed)
    : stores_(stores),
      cache_(cache),
      pool_(pool),
      clock_(clock),
      observer_(observer),
      random_(seed),
      generation_(stores.own == nullptr ? 0 : stores.own->generation()),
      marked_from_(clock.now()),
      next_marking_(marked_from_ + marking_pause),
      last_marking_(marked_from_) {
    if (stores.own == nullptr) warm_up_ = WarmUp::done;
}

bool Archive::own_may_know_more() const noexcept {
    if (stores_.own == nullptr) return false;
    return warm_up_ != WarmUp::done || !memory_has_all_ || cache_.policies_left() > 0;
}

Time Archive::misdated_until() const noexcept {
    return stores_.own == nullptr ? Time::min() : stores_.own->misdated_until();
}

// Read from the store when that made too little of its age, and not read again yet. Saved now, it would live
// on for as long as the clock was behind.
bool Archive::is_misdated(const cache::Cached& policy) const noexcept {
    const Time until = misdated_until();
    return until != corrected_until_ && policy.fetched <= until;
}

boost::asio::awaitable<Archive::Recollection> Archive::recall(Domain domain, const Settings& settings) {
    Recollection found;
    auto own = co_await recall_own(domain, settings);
    if (!own)
        found.own_silent = own.error().message();
    else
        found.policy = *std::move(own);
    if (found.policy) co_return found;
    auto shared = co_await recall_shared(domain, settings);
    if (!shared)
        found.shared_silent = shared.error().message();
    else
        found.policy = *std::move(shared);
    co_return found;
}

boost::asio::awaitable<Result<std::optional<Archive::Recalled>>> Archive::recall_own(
    Domain domain, const Settings& settings) {
    if (!own_may_know_more()) co_return std::nullopt;
    const auto stored = co_await stores_.own->find(domain);
    if (!stored) co_return stored.error().in("the own store");
    if (!*stored) co_return std::nullopt;
    auto policy = revive(**stored, Source::stored, settings);
    if (!policy) co_return std::nullopt;
    co_return Recalled{*std::move(policy), (*stored)->used, Source::stored};
}

boost::asio::awaitable<Result<std::optional<Archive::Recalled>>> Archive::recall_shared(
    Domain domain, const Settings& settings) {
    if (stores_.shared == nullptr) co_return std::nullopt;
    const auto stored = co_await stores_.shared->find(domain);
    if (!stored) co_return stored.error().in("the shared store");
    if (!*stored) co_return std::nullopt;
    auto policy = revive(**stored, Source::shared, settings);
    if (!policy) co_return std::nullopt;
    const Time now = clock_.now();
    if (stores_.own != nullptr) stores_.own->save(to_stored(domain.text(), *policy, now));
    co_return Recalled{*std::move(policy), now, Source::shared};
}

std::optional<cache::Cached> Archive::revive(const StoredPolicy& stored, Source source,
                                             const Settings& settings) {
    const double spread = std::uniform_real_distribution<double>(0, 1)(random_);
    auto policy = from_stored(stored, pool_, settings, clock_.now(), spread);
    if (policy) return *std::move(policy);
    observer_.on_event(RecallRejected{stored.domain, source, policy.error()});
    if (source == Source::stored) forget(stored.domain);
    return std::nullopt;
}

void Archive::record(const Domain& domain, const cache::StsState& before, const cache::StsState& after,
                     bool fetched, Time used) {
    const cache::Cached* held = policy_in(before);
    const cache::Cached* policy = policy_in(after);
    if (policy != nullptr && fetched && stores_.shared != nullptr)
        stores_.shared->publish(to_stored(domain.text(), *policy, used));
    if (policy == nullptr || !is_kept(*policy)) {
        // A fetched one ends what a store holds, even if that could not be read just now.
        if (held != nullptr || fetched) forget(domain.text());
        return;
    }
    // That a record was seen again is written down with the marks, now and then.
    const bool changed = fetched || held == nullptr || !same_failure(*held, *policy);
    if (changed && stores_.own != nullptr && !is_misdated(*policy))
        stores_.own->save(to_stored(domain.text(), *policy, used));
}

void Archive::forget(std::string_view domain) {
    if (stores_.own != nullptr) stores_.own->erase(domain);
}

bool Archive::forget_everywhere(std::string_view domain) {
    forget(domain);
    if (warm_up_ == WarmUp::running) unwanted_.emplace(domain);
    return stores_.shared == nullptr || stores_.shared->erase(domain);
}

bool Archive::is_warm_up_due(Time now) const noexcept {
    if (warm_up_ == WarmUp::done) return misdated_until() != corrected_until_;
    return warm_up_ == WarmUp::pausing && now >= next_attempt_;
}

boost::asio::awaitable<void> Archive::warm_up(const Settings& settings) {
    warm_up_ = WarmUp::running;
    if (const Time until = misdated_until(); std::exchange(reading_until_, until) != until)
        next_page_.clear();
    while (warm_up_ == WarmUp::running) {
        const auto page = co_await stores_.own->page(next_page_);
        if (!page) {
            warm_up_ = WarmUp::pausing;
            next_attempt_ = clock_.now() + warm_up_pause;
            co_return;
        }
        for (const auto& stored : page->policies)
            if (!unwanted_.contains(stored.domain)) adopt(stored, settings);
        unwanted_.clear();  // the next page is read after they went
        next_page_ = page->next;
        // Misdated policies may be anywhere; else what is left stays in the store until it is asked for.
        const bool is_full = !next_page_.empty() && !cache_.has_room();
        if (is_full) memory_has_all_ = false;
        if (next_page_.empty() || (is_full && reading_until_ == corrected_until_)) warm_up_ = WarmUp::done;
    }
    corrected_until_ = reading_until_;
}

void Archive::adopt(const StoredPolicy& stored, const Settings& settings) {
    const auto known = cache_.find(stored.domain);
    const cache::Cached* held = known ? policy_in(known->sts()) : nullptr;
    if (held != nullptr && !is_misdated(*held)) return;
    if (held == nullptr && !cache_.has_room()) {
        memory_has_all_ = false;
        return;
    }
    const auto domain = Domain::parse(stored.domain);
    if (!domain) return observer_.on_event(RecallRejected{stored.domain, Source::stored, domain.error()});
    auto policy = revive(stored, Source::stored, settings);
    if (!policy) {
        if (held != nullptr) cache_.erase(stored.domain);  // by its right age it has expired
        return;
    }
    Time used = std::min(stored.used, clock_.now());
    if (held != nullptr) used = std::max(used, known->last_used());
    if (cache_.put(cache::Entry::create(*domain, *std::move(policy), used)) != cache::PolicyCache::Kept::yes)
        memory_has_all_ = false;
}

bool Archive::reliable() const noexcept {
    if (stores_.own == nullptr || !stores_.own->reliable()) return false;
    return generation_ == stores_.own->generation() && !saving_all_;
}

void Archive::begin_walk(Time now) {
    if (stores_.own == nullptr) return;
    // What is misdated is read again first: it may be just what a store that has begun anew lacks.
    saving_all_ = generation_ != stores_.own->generation() && misdated_until() == corrected_until_;
    if (saving_all_) generation_ = stores_.own->generation();
    marking_ = now >= next_marking_;
    if (!marking_) return;
    marked_from_ = std::exchange(last_marking_, now);
    next_marking_ = now + marking_pause;
}

void Archive::show(const cache::Entry& entry) {
    if (!saving_all_ && !marking_) return;
    const cache::Cached* policy = policy_in(entry.sts());
    if (policy == nullptr) return;
    const Time used = entry.last_used();
    if (is_misdated(*policy)) return;
    if (saving_all_)
        stores_.own->save(to_stored(entry.domain(), *policy, used));
    else if (std::max(used, policy->checked) >= marked_from_)
        stores_.own->mark(entry.domain(), policy->checked, used);
}

}  // namespace tlspolicy::engine
