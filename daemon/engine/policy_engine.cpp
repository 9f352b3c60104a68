#include "engine/policy_engine.hpp"

#include "engine/decide.hpp"
#include "engine/freshness.hpp"
#include "engine/refresher.hpp"
#include "engine/report.hpp"

#include <string>
#include <utility>

namespace tlspolicy::engine {
namespace {

constexpr Duration sweep_pause = std::chrono::seconds(1);

const cache::StsState unknown;

const cache::StsState& state_of(const cache::EntryPtr& entry) noexcept {
    return entry ? entry->sts() : unknown;
}

postfix::Answer stopping_answer() {
    return postfix::Temp{"tlspolicyd is stopping", postfix::Wanting::running_daemon};
}

postfix::Answer overloaded_answer() {
    return postfix::Temp{"tlspolicyd is overloaded: too many lookups wait", postfix::Wanting::room};
}

}  // namespace

/// Sees to it that a flight ends, and its waiters are answered, however its coroutine is left.
class PolicyEngine::Landing {
public:
    Landing(PolicyEngine& engine, const Domain& domain) : engine_(engine), domain_(domain) {}
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
        if (done_) return;
        const auto known = engine_.cache_.find(domain_.text());
        engine_.disembark(domain_, state_of(known), engine_.clock_.now(), Source::discovered, unknown);
    }
    void at(const cache::StsState& state, Time now, Source source) {
        done_ = true;
        engine_.disembark(domain_, state, now, source, state);
    }

private:
    PolicyEngine& engine_;
    Domain domain_;
    bool done_ = false;
};

PolicyEngine::PolicyEngine(boost::asio::any_io_executor network, cache::PolicyCache& cache, DnsClient& dns,
                           PolicyFetcher& fetcher, const Clock& clock, Observer& observer,
                           const Settings& settings, std::uint64_t seed, Stores stores, DaneDns* dane)
    : network_(network),
      cache_(cache),
      clock_(clock),
      observer_(observer),
      settings_(settings),
      discovery_(dns, fetcher),
      archive_(stores, cache, discovery_.pool(), clock, observer, seed),
      delivery_(network),
      demands_(network),
      next_sweep_(clock.now() + sweep_pause),
      random_(seed),
      tasks_(network, [this](const std::exception_ptr& failure) {
          // One domain's bad luck is not to end the daemon that all others need.
          if (!stopping_) observer_.on_event(DiscoveryBroken{words_of(failure)});
      }) {
    if (dane != nullptr)
        dane_.emplace(
            network, *dane, clock, observer, settings, seed,
            [this](const DaneTarget& target, const cache::DaneEntryPtr& entry) { on_dane(target, entry); });
}

std::optional<postfix::Answer> PolicyEngine::cached(std::string_view domain, std::string_view dane_key,
                                                    const postfix::MapOptions& options) {
    const auto entry = cache_.find(domain);
    if (!entry) return std::nullopt;
    const Time now = clock_.now();
    const Freshness fresh = freshness(entry->sts(), now);
    if (fresh == Freshness::stale) return std::nullopt;
    cache::DaneEntryPtr dane;
    if (options.dane && dane_) {
        dane = dane_->known(dane_key, now);
        if (!dane) return std::nullopt;
    }
    entry->mark_used(now);
    if (fresh == Freshness::recheck_due && entry->claim_recheck())
        boost::asio::post(network_, [this, entry] { recheck(*entry); });
    auto answer = options.dane ? decide(entry->sts(), dane ? &dane->state() : nullptr, options, now)
                               : decide(entry->sts(), options, now);
    return tell(domain, std::move(answer), Source::cached, options);
}

postfix::Answer PolicyEngine::tell(std::string_view domain, postfix::Answer answer, Source source,
                                   const postfix::MapOptions& options) {
    if (!options.monitor) {
        observer_.on_answer(domain, answer, source);
        return answer;
    }
    observer_.on_withheld(domain, answer, source);
    return postfix::NotFound{};
}

postfix::Answer PolicyEngine::overridden(const Override& word, std::string_view domain,
                                         const postfix::MapOptions& options) {
    postfix::Answer answer = postfix::NotFound{};
    if (word.answer) answer = postfix::Overridden{word.answer};
    return tell(domain, std::move(answer), Source::override, options);
}

void PolicyEngine::recheck(const cache::Entry& entry) {
    if (const auto domain = Domain::parse(entry.domain())) start(*domain, Reason::recheck);
}

void PolicyEngine::submit(std::vector<Question> questions) {
    boost::asio::post(network_, [this, questions = std::move(questions)]() mutable {
        for (auto& question : questions)
            wait(std::move(question));
    });
}

void PolicyEngine::configure(const Settings& settings) {
    settings_ = settings;
    cache_.set_max_entries(settings.max_entries);
    if (dane_) dane_->configure(settings);
}

void PolicyEngine::wait(Question question) {
    const DaneTarget target = question.target;
    const Domain& domain = target.name;
    const Time now = clock_.now();
    Waiters one;
    one.push_back(
        Waiter{target, question.options, now + settings_.answer_deadline, std::move(question.done)});
    if (stopping_) return answer(one, one.begin(), stopping_answer(), Source::deadline);

    // It may have landed while this lookup was on its way between the threads.
    const auto entry = cache_.find(domain.text());
    if (entry && freshness(entry->sts(), now) != Freshness::stale)
        return go_on(one, one.begin(), entry->sts(), now, Source::cached);
    const DaneKey key(target);
    const auto dane = question.options.dane && dane_ ? dane_->known(key.text(), now) : nullptr;
    if (dane && dane->state().standing == dane::Standing::all_usable) {
        if (!is_overloaded(domain)) start(domain, Reason::lookup);  // what MTA-STS says is wanted one day
        return answer(one, one.begin(), postfix::Dane{true}, Source::cached);
    }
    if (is_overloaded(domain)) {
        observer_.on_event(Overloaded{domain});
        return answer(one, one.begin(), overloaded_answer(), Source::deadline);
    }
    const auto [flight, is_new] = flights_.try_emplace(domain);
    flight->second.waiters.splice(flight->second.waiters.end(), one);
    ++waiting_;
    if (question.options.dane && dane_ && !dane) dane_->look_up(target);  // beside MTA-STS
    if (is_new) tasks_.spawn(fly(domain, Reason::lookup));
}

/// MTA-STS is settled: what is left is DANE, for maps that ask for it.
void PolicyEngine::go_on(Waiters& waiters, Waiters::iterator waiter, const cache::StsState& sts, Time now,
                         Source source) {
    const DaneKey key(waiter->target);
    const bool settled = !waiter->options.dane || !dane_ || dane_->known(key.text(), now);
    if (settled || waiting_ >= settings_.max_waiting)
        return answer(waiters, waiter, judge(*waiter, sts, now, now), source);
    waiter->sts = sts;
    waiter->settled = now;
    ++waiting_;
    auto& waits = dane_waits_[std::string(key.text())];
    waits.splice(waits.end(), waiters, waiter);
    dane_->look_up(waits.back().target);
}

/// `settled`: the time that `sts` is of.
postfix::Answer PolicyEngine::judge(const Waiter& waiter, const cache::StsState& sts, Time settled,
                                    Time now) {
    if (!waiter.options.dane) return decide(sts, waiter.options, settled);
    if (!dane_) return decide(sts, nullptr, waiter.options, settled);
    const DaneKey key(waiter.target);
    if (const auto known = dane_->known(key.text(), now))
        return decide(sts, &known->state(), waiter.options, settled);
    const auto bridged = dane_->bridged(key.text(), now);
    return decide(sts, bridged ? &*bridged : nullptr, waiter.options, settled);
}

void PolicyEngine::on_dane(const DaneTarget& target, const cache::DaneEntryPtr& entry) {
    const Time now = clock_.now();
    auto waits = dane_waits_.extract(std::string(DaneKey(target).text()));
    if (!waits.empty()) {
        auto& waiters = waits.mapped();
        waiting_ -= waiters.size();
        while (!waiters.empty()) {
            const auto first = waiters.begin();
            answer(waiters, first,
                   entry ? decide(first->sts, &entry->state(), first->options, first->settled)
                         : judge(*first, first->sts, first->settled, now),
                   Source::discovered);
        }
    }
    if (entry) answer_settled(target, entry->state());
}

// Where every host does DANE, the answer does not depend on MTA-STS: a slow policy host holds up no mail.
void PolicyEngine::answer_settled(const DaneTarget& target, const cache::DaneState& state) {
    const auto flight = flights_.find(target.name);
    if (state.standing != dane::Standing::all_usable || flight == flights_.end()) return;
    auto& waiters = flight->second.waiters;
    for (auto waiter = waiters.begin(); waiter != waiters.end();) {
        const auto here = waiter++;
        if (!here->options.dane || here->target != target) continue;
        --waiting_;
        answer(waiters, here, postfix::Dane{true}, Source::discovered);
    }
}

// Discoveries go on when those who asked have been let go, so they are counted too.
bool PolicyEngine::is_overloaded(const Domain& domain) const {
    if (waiting_ >= settings_.max_waiting) return true;
    return flights_.size() >= settings_.max_waiting && !flights_.contains(domain);
}

void PolicyEngine::start(const Domain& domain, Reason reason) {
    if (stopping_ || flights_.contains(domain)) return;
    flights_[domain].reason = reason;
    if (reason == Reason::refresh) ++refreshing_;
    tasks_.spawn(fly(domain, reason));
}

boost::asio::awaitable<void> PolicyEngine::fly(Domain domain, Reason reason) {
    Landing landing(*this, domain);
    const Time begun = clock_.now();
    if (is_to_be_recalled(domain, reason)) {
        auto stored = co_await archive_.recall(domain, settings_);
        if (stopping_) co_return;
        auto& flight = flights_.find(domain)->second;
        flight.store_silent = !stored.own_silent.empty() || !stored.shared_silent.empty();
        std::optional<Archive::Recalled> recalled;
        if (!flight.forgotten) recalled = std::move(stored.policy);
        if (recalled && reason != Reason::lookup) {
            take_over(domain, *std::move(recalled), begun);
        } else if (recalled) {
            const Source source = recalled->source;
            const cache::StsState state = take_over(domain, *std::move(recalled), begun);
            const Time now = clock_.now();
            landing.at(state, now, source);
            // It may be long ago that its record was seen; behind the answer it is looked at again (STS-31).
            if (freshness(state, now) == Freshness::recheck_due)
                boost::asio::post(network_, [this, domain] { start(domain, Reason::recheck); });
            co_return;
        }
    }
    co_await discover(domain, reason, landing);
}

boost::asio::awaitable<void> PolicyEngine::discover(Domain domain, Reason reason, Landing& landing) {
    const Time begun = clock_.now();
    auto before = cache_.find(domain.text());
    Outcome outcome;
    outcome.record = co_await discovery_.look_up_record(domain);
    Time now = clock_.now();
    look_again(domain, before);
    if (calls_for_fetch(state_of(before), outcome.record, reason, now)) {
        note_record_found(domain);
        outcome.policy = co_await discovery_.fetch_policy(domain);
        now = clock_.now();
        look_again(domain, before);
        const bool renewed = !std::holds_alternative<RecordFound>(outcome.record);
        if (renewed && flights_.find(domain)->second.forgotten) outcome.policy.reset();
    }
    if (stopping_) co_return;  // what a cancelled discovery brings is no knowledge
    landing.at(land(domain, before, outcome, begun, now), now, Source::discovered);
}

// While the network was asked, the store may have brought a policy into memory, or dated it right, or want of
// room have driven one out: the latest that is known counts.
void PolicyEngine::look_again(const Domain& domain, cache::EntryPtr& before) const {
    if (flights_.find(domain)->second.forgotten) before.reset();
    auto known = cache_.find(domain.text());
    const Time now = clock_.now();
    if (known && (unexpired(state_of(known), now) != nullptr || unexpired(state_of(before), now) == nullptr))
        before = std::move(known);
}

cache::StsState PolicyEngine::take_over(const Domain& domain, Archive::Recalled recalled, Time begun) {
    const Time now = clock_.now();
    observer_.on_event(PolicyRecalled{domain, recalled.policy, recalled.source, now - begun});
    cache::StsState state = std::move(recalled.policy);
    keep(domain, state, now);
    return state;
}

// RFC 8461, 3.3: a policy that is not to be had in time is as none, also for those who defer mail while the
// record is not known.
void PolicyEngine::note_record_found(const Domain& domain) {
    flights_.find(domain)->second.meanwhile = cache::NoRecord{};
}

cache::StsState PolicyEngine::land(const Domain& domain, const cache::EntryPtr& before,
                                   const Outcome& outcome, Time begun, Time now) {
    const double spread = std::uniform_real_distribution<double>(0, 1)(random_);
    cache::StsState state = learn(state_of(before), outcome, settings_, now, spread);
    report(observer_, domain, state_of(before), outcome, state, now, now - begun);
    const Flight& flight = flights_.find(domain)->second;
    // The store that may know better, and does not answer now, is asked again soon.
    if (auto* none = std::get_if<cache::NoRecord>(&state); none != nullptr && flight.store_silent)
        none->until = std::min(none->until, now + settings_.negative.min);
    const bool asked_for = !flight.waiters.empty();
    const Time used = asked_for || !before ? now : before->last_used();
    const bool fetched = outcome.policy && outcome.policy->has_value();
    archive_.record(domain, state_of(before), state, fetched, used);
    keep(domain, state, used);
    return state;
}

void PolicyEngine::keep(const Domain& domain, const cache::StsState& state, Time used) {
    const auto* cached = std::get_if<cache::Cached>(&state);
    const bool momentary = cached != nullptr && cached->expires == cached->fetched;  // max_age 0 (STS-15)
    if (momentary || std::holds_alternative<cache::Unknown>(state)) return cache_.erase(domain.text());
    if (cache_.put(cache::Entry::create(domain, state, used)) == cache::PolicyCache::Kept::yes) return;
    archive_.note_left_out();
    observer_.on_event(CacheFull{domain, cache_.size()});
}

/// `learnt`: what those hear who asked for a new look, and not merely for an answer.
void PolicyEngine::disembark(const Domain& domain, const cache::StsState& state, Time now, Source source,
                             const cache::StsState& learnt) {
    auto flight = flights_.extract(domain);  // first: whoever asks from here on starts anew
    const Reason reason = flight.mapped().reason;
    if (reason == Reason::refresh) --refreshing_;
    auto& waiters = flight.mapped().waiters;
    waiting_ -= waiters.size();
    while (!waiters.empty()) {
        const auto first = waiters.begin();
        go_on(waiters, first, state, now, source);
    }
    if (reason == Reason::demand) return demands_.land(domain, learnt);
    if (demands_.waits_for(domain)) start(domain, Reason::demand);  // this look began before it was asked for
}

void PolicyEngine::answer(Waiters& waiters, Waiters::iterator waiter, postfix::Answer answer, Source source) {
    waiter->answer = tell(waiter->target.name.text(), std::move(answer), source, waiter->options);
    delivery_.take(waiters, waiter);
}

void PolicyEngine::tick() {
    const Time now = clock_.now();
    release_overdue(now);
    demands_.release_overdue(now);
    cache_.policies_may_leave(archive_.reliable());
    cache_.shrink();
    if (!stopping_ && archive_.is_warm_up_due(now)) tasks_.spawn(archive_.warm_up(settings_));
    if (now < next_sweep_) return;
    next_sweep_ = now + sweep_pause;
    if (dane_) dane_->tick(now);
    look_after(now);
}

void PolicyEngine::stop() {
    stopping_ = true;
    const auto send_away = [this](Waiters& waiters) {
        while (!waiters.empty())
            answer(waiters, waiters.begin(), stopping_answer(), Source::deadline);
    };
    for (auto& [domain, flight] : flights_)
        send_away(flight.waiters);
    for (auto& [key, waiters] : dane_waits_)
        send_away(waiters);
    dane_waits_.clear();
    waiting_ = 0;
    demands_.release_all();
    if (dane_) dane_->stop();
    tasks_.cancel();
}

}  // namespace tlspolicy::engine
