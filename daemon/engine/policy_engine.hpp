#pragma once

#include "async/tasks.hpp"
#include "base/clock.hpp"
#include "base/domain.hpp"
#include "cache/policy_cache.hpp"
#include "engine/archive.hpp"
#include "engine/dane_keeper.hpp"
#include "engine/dane_target.hpp"
#include "engine/delivery.hpp"
#include "engine/demands.hpp"
#include "engine/learning.hpp"
#include "engine/observer.hpp"
#include "engine/overrides.hpp"
#include "engine/ports.hpp"
#include "engine/settings.hpp"
#include "engine/sts_discovery.hpp"
#include "postfix/answer.hpp"
#include "postfix/map_options.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tlspolicy::engine {

/// The heart: answers from the hall at once, or sends a discovery up the staircase and lets all who ask for
/// the domain wait for that one (STS-26).
///
/// cached(), ask() and submit() are for any thread; all else belongs to the network loop. No timer runs here:
/// the owner calls tick(), so that a test's clock rules. Destroy it only when idle() after stop().
class PolicyEngine {
public:
    using Handler = AnswerHandler;

    /// `dane` null: every map that asks for DANE is told that it could not be looked up.
    PolicyEngine(boost::asio::any_io_executor network, cache::PolicyCache& cache, DnsClient& dns,
                 PolicyFetcher& fetcher, const Clock& clock, Observer& observer, const Settings& settings,
                 std::uint64_t seed, Stores stores = {}, DaneDns* dane = nullptr);
    PolicyEngine(const PolicyEngine&) = delete;
    PolicyEngine& operator=(const PolicyEngine&) = delete;

    /// A lookup that memory cannot answer, and who is to hear.
    struct Question {
        DaneTarget target;  ///< its name is the policy domain
        postfix::MapOptions options;
        Handler done;
    };

    /// The answer from memory; nullopt: ask(). Allocates nothing and waits for nobody. `domain` is any text:
    /// one that is not in the form of Domain::text() is merely not found.
    std::optional<postfix::Answer> cached(std::string_view domain, const postfix::MapOptions& options) {
        return cached(domain, domain, options);
    }
    std::optional<postfix::Answer> cached(const DaneTarget& target, const postfix::MapOptions& options) {
        return cached(target.name.text(), DaneKey(target).text(), options);
    }

    /// Completes with the answer within `answer_deadline`, on the handler's own executor. A discovery that
    /// takes longer goes on without its askers.
    template <class CompletionToken>
    auto ask(DaneTarget target, postfix::MapOptions options, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(postfix::Answer)>(
            [this](auto handler, const DaneTarget& asked, const postfix::MapOptions& how) {
                std::vector<Question> questions;
                questions.push_back(Question{asked, how, Handler(std::move(handler))});
                submit(std::move(questions));
            },
            token, target, options);
    }
    template <class CompletionToken>
    auto ask(Domain domain, postfix::MapOptions options, CompletionToken&& token) {
        return ask(DaneTarget::of(domain), options, std::forward<CompletionToken>(token));
    }

    /// The operator's word on a domain: told to the observer like any answer.
    postfix::Answer overridden(const Override& word, std::string_view domain,
                               const postfix::MapOptions& options);

    /// ask() for many at once: whoever has several questions hands them over together, as their answers come
    /// back together (Delivery).
    void submit(std::vector<Question> questions);

    void configure(const Settings& settings);
    /// Other resolvers are asked from now on: what is known of DANE is looked up again before it is answered
    /// from.
    void resolvers_changed() noexcept {
        if (dane_) dane_->look_again_at_all();
    }

    // What an operator asks for (steering.cpp)

    /// Looks at the record and the policy again, now, and completes when that has landed, or with nullopt
    /// when it takes longer than `answer_deadline`. What DANE is known of the target, and of its name at port
    /// 25, is looked up again, too.
    template <class CompletionToken>
    auto refresh(DaneTarget target, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(std::optional<Refreshed>)>(
            [this](auto handler, const DaneTarget& asked) {
                demand(asked, RefreshHandler(std::move(handler)));
            },
            token, target);
    }

    enum class Force : std::uint8_t { no, yes };
    enum class Forgotten : std::uint8_t {
        nothing,   ///< there was nothing to forget
        all,       ///< in memory and in the stores
        enforced,  ///< it was left: an unexpired policy that is enforced, and no force
        unclear,   ///< it was left: a store cannot tell whether it holds such a policy, and no force
    };
    struct Forgetting {
        Forgotten outcome = Forgotten::nothing;
        std::string
            unasked;  ///< why a store could not be asked, and may hold a policy still; empty: all were
    };
    /// What is known of a target's name, DANE included, at port 25 and at the target's own. The next lookup
    /// learns it anew, or does not: an attacker may see to that, which is what `force` is for.
    boost::asio::awaitable<Forgetting> forget(DaneTarget target, Force force);
    /// All domains whose policy could not be had, with their pauses; how many there were.
    boost::asio::awaitable<std::size_t> forget_failed();

    /// The policy that the own store holds of a domain; memory is left as it is.
    boost::asio::awaitable<Result<std::optional<Archive::Recalled>>> stored(Domain domain);

    /// What is remembered of DANE, out of date or not; null: nothing.
    cache::DaneEntryPtr remembered_dane(const DaneTarget& target) const;
    /// Of how many lookup keys it is remembered that they stand so.
    std::size_t remembered_dane(dane::Standing standing) const noexcept {
        return dane_ ? dane_->size(standing) : 0;
    }

    /// A few times a second: lets go of waiters whose deadline has passed, looks after a part of the cache,
    /// and sees to it that it is filled from the store after a start.
    void tick();

    /// Answers all who wait, and cancels every discovery.
    void stop();
    bool idle() const noexcept {
        return flights_.empty() && delivery_.idle() && demands_.idle() && tasks_.size() == 0
               && (!dane_ || dane_->idle());
    }
    std::size_t waiting() const noexcept { return waiting_; }

private:
    /// One discovery under way, and who waits for it.
    struct Flight {
        Reason reason = Reason::lookup;
        Waiters waiters;
        cache::StsState meanwhile = {};  ///< what those whose deadline passes are judged by
        bool forgotten = false;          ///< meanwhile: what was known before it does not count
        bool store_silent = false;       ///< a store could not tell whether it holds a policy
    };
    class Landing;

    std::optional<postfix::Answer> cached(std::string_view domain, std::string_view dane_key,
                                          const postfix::MapOptions& options);
    postfix::Answer tell(std::string_view domain, postfix::Answer answer, Source source,
                         const postfix::MapOptions& options);
    void wait(Question question);
    void go_on(Waiters& waiters, Waiters::iterator waiter, const cache::StsState& sts, Time now,
               Source source);
    void on_dane(const DaneTarget& target, const cache::DaneEntryPtr& entry);
    void answer_settled(const DaneTarget& target, const cache::DaneState& state);
    postfix::Answer judge(const Waiter& waiter, const cache::StsState& sts, Time settled, Time now);
    void release_overdue(Waiters& waiters, const cache::StsState* sts, Time now);
    void recheck(const cache::Entry& entry);
    bool is_overloaded(const Domain& domain) const;
    void start(const Domain& domain, Reason reason);
    void demand(const DaneTarget& target, RefreshHandler done);
    bool is_to_be_recalled(const Domain& domain, Reason reason) const;
    boost::asio::awaitable<void> fly(Domain domain, Reason reason);
    boost::asio::awaitable<void> discover(Domain domain, Reason reason, Landing& landing);
    void look_again(const Domain& domain, cache::EntryPtr& before) const;
    cache::StsState take_over(const Domain& domain, Archive::Recalled recalled, Time begun);
    void note_record_found(const Domain& domain);
    cache::StsState land(const Domain& domain, const cache::EntryPtr& before, const Outcome& outcome,
                         Time begun, Time now);
    void keep(const Domain& domain, const cache::StsState& state, Time used);
    void disembark(const Domain& domain, const cache::StsState& state, Time now, Source source,
                   const cache::StsState& learnt);
    void answer(Waiters& waiters, Waiters::iterator waiter, postfix::Answer answer, Source source);
    void release_overdue(Time now);
    void look_after(Time now);
    void look_after(const cache::Entry& entry, Time now);

    boost::asio::any_io_executor network_;
    cache::PolicyCache& cache_;
    const Clock& clock_;
    Observer& observer_;
    Settings settings_;
    StsDiscovery discovery_;
    Archive archive_;
    std::optional<DaneKeeper> dane_;
    std::unordered_map<Domain, Flight> flights_;
    std::unordered_map<std::string, Waiters> dane_waits_;  // by DaneKey: MTA-STS is settled for them
    Delivery delivery_;
    Demands demands_;
    std::size_t waiting_ = 0;
    std::size_t refreshing_ = 0;
    cache::PolicyCache::Walk walk_{cache::PolicyCache::shard_count};
    Time next_sweep_;
    bool stopping_ = false;
    std::mt19937_64 random_;
    async::Tasks tasks_;
};

}  // namespace tlspolicy::engine
