#include "engine/dane_keeper.hpp"

#include "engine/dane_learning.hpp"

#include <boost/asio/post.hpp>

#include <exception>
#include <utility>

namespace tlspolicy::engine {

/// Sees to it that a flight ends, and that is told, however its coroutine is left.
class DaneKeeper::Landing {
public:
    Landing(DaneKeeper& keeper, const DaneTarget& target) : keeper_(keeper), target_(target) {}
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
        const DaneKey key(target_);
        keeper_.flying_.erase(std::string(key.text()));
        keeper_.on_landed_(target_, entry_);
    }
    void with(cache::DaneEntryPtr entry) { entry_ = std::move(entry); }

private:
    DaneKeeper& keeper_;
    DaneTarget target_;
    cache::DaneEntryPtr entry_;
};

DaneKeeper::DaneKeeper(const boost::asio::any_io_executor& network, DaneDns& dns, const Clock& clock,
                       Observer& observer, const Settings& settings, std::uint64_t hash_key,
                       OnLanded on_landed)
    : network_(network),
      clock_(clock),
      observer_(observer),
      settings_(settings),
      on_landed_(std::move(on_landed)),
      cache_(settings.max_entries, hash_key),
      discovery_(network, dns),
      tasks_(network, [this](const std::exception_ptr& failure) {
          if (!stopping_) observer_.on_event(DiscoveryBroken{words_of(failure)});
      }) {}

cache::DaneEntryPtr DaneKeeper::known(std::string_view key, Time now) {
    auto entry = cache_.find(key);
    if (!entry || now >= entry->state().until) return nullptr;
    if (entry->era() != era_.load(std::memory_order_relaxed)) return nullptr;
    entry->mark_used(now);
    if (now >= entry->state().refresh && entry->claim_refresh())
        boost::asio::post(network_, [this, entry] {
            const auto again = postfix::LookupKey::parse(entry->key());
            if (again) look_up(DaneTarget::of(*again));
        });
    return entry;
}

std::optional<cache::DaneState> DaneKeeper::bridged(std::string_view key, Time now) const {
    const auto entry = cache_.find(key);
    if (!entry) return std::nullopt;
    DaneFindings silence;
    silence.why = "the mail hosts could not be looked up in time";
    return learn_dane(&entry->state(), silence, settings_, now);
}

void DaneKeeper::look_up(const DaneTarget& target) {
    if (stopping_) return;
    if (!flying_.emplace(DaneKey(target).text()).second) return;
    tasks_.spawn(fly(target));
}

boost::asio::awaitable<void> DaneKeeper::fly(DaneTarget target) {
    Landing landing(*this, target);
    const Time begun = clock_.now();
    const std::uint32_t era = era_.load(std::memory_order_relaxed);
    const DaneFindings findings = co_await discovery_.discover(target);
    if (stopping_) co_return;
    landing.with(learn(target, findings, clock_.now() - begun, era));
}

cache::DaneEntryPtr DaneKeeper::learn(const DaneTarget& target, const DaneFindings& findings, Duration took,
                                      std::uint32_t era) {
    const Time now = clock_.now();
    const DaneKey key(target);
    const auto before = cache_.find(key.text());
    auto state = learn_dane(before ? &before->state() : nullptr, findings, settings_, now);
    report(target, before, state, took);
    cache::DaneEntryPtr entry(new cache::DaneEntry(std::string(key.text()), std::move(state), now, era));
    cache_.put(entry);
    return entry;
}

void DaneKeeper::report(const DaneTarget& target, const cache::DaneEntryPtr& before,
                        const cache::DaneState& now, Duration took) const {
    const DaneKey key(target);
    const auto was = before ? before->state().standing : dane::Standing::none;
    const auto last_known = before ? before->state().definite : dane::Standing::none;
    const std::string* failed_before =
        before && !before->state().why.empty() ? &before->state().why : nullptr;
    if (!now.why.empty()) observer_.on_event(DaneFailed{key.text(), now, failed_before, took});
    const bool recovered = failed_before != nullptr && now.why.empty();
    if (dane::is_weaker(now.standing, last_known))
        observer_.on_event(DaneWeakened{key.text(), last_known, now, took});
    else if (recovered || (now.standing != was && now.why.empty()))
        observer_.on_event(DaneLearned{key.text(), was, before ? before->state().failures : 0, now, took});
}

void DaneKeeper::configure(const Settings& settings) {
    settings_ = settings;
    cache_.set_max_entries(settings.max_entries);
}

void DaneKeeper::tick(Time now) {
    cache_.sweep(now - settings_.dane_grace);
}

void DaneKeeper::stop() {
    stopping_ = true;
    tasks_.cancel();
    discovery_.cancel();
}

}  // namespace tlspolicy::engine
