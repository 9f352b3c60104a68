#include "engine/learning.hpp"

#include "engine/freshness.hpp"

#include <algorithm>
#include <utility>

namespace tlspolicy::engine {
namespace {

using cache::Cached;
using cache::Failure;
using cache::NoRecord;
using cache::StsState;
using cache::Unavailable;

const std::string* found_id(const RecordOutcome& record) noexcept {
    const auto* found = std::get_if<RecordFound>(&record);
    return found == nullptr ? nullptr : &found->record.id;
}

/// The failure of an earlier attempt to fetch the policy of this very record.
const Failure* earlier_failure(const StsState& before, const std::string& id) noexcept {
    const auto* failure = failure_of(before);
    return failure != nullptr && failure->id == id ? failure : nullptr;
}

class Lesson {
public:
    Lesson(const StsState& before, const Outcome& outcome, const Settings& settings, Time now, double spread)
        : before_(before),
          outcome_(outcome),
          settings_(settings),
          now_(now),
          spread_(spread),
          held_(unexpired(before, now)) {}

    StsState learn() const {
        if (!outcome_.policy)
            return std::visit([this](const auto& record) { return without_fetch(record); }, outcome_.record);
        if (outcome_.policy->has_value()) return fetched(outcome_.policy->value());
        // A renewal without a record goes to the host that may have failed for a newer one already.
        const std::string failing = found_id(outcome_.record) == nullptr ? failing_id() : std::string();
        return failed(outcome_.policy->error(), failing.empty() ? policy_id() : failing);
    }

private:
    StsState fetched(const std::shared_ptr<const cache::KnownPolicy>& policy) const {
        Cached cached{policy};
        cached.id = policy_id();
        cached.fetched = now_;
        cached.checked = found_id(outcome_.record) == nullptr && held_ != nullptr ? held_->checked : now_;
        cached.expires = now_ + policy->policy.max_age;
        cached.recheck = now_ + record_ttl();
        cached.refresh = refresh_time(now_, policy->policy.max_age, spread_);
        return cached;
    }

    StsState without_fetch(const RecordFound& found) const {
        const Failure* pausing = earlier_failure(before_, found.record.id);
        if (held_ != nullptr) {
            // The id that was fetched is published (again): whatever failed meanwhile is over. Otherwise the
            // new id's policy could not be had lately, and its pause goes on.
            const bool well = held_->id == found.record.id;
            if (well && pausing == nullptr) return keep(*held_, nullptr);
            if (pausing == nullptr || pausing->error.kind() != ErrorKind::dns)
                return keep(*held_, held_->failure);
            // What ailed the record is over; what ailed the policy host before, nobody knows yet.
            Failure host{Error(ErrorKind::fetch, "not tried again since it failed"), pausing->id};
            host.retry = pausing->retry;
            host.count = pausing->count;
            return keep(*held_, std::make_shared<const Failure>(std::move(host)));
        }
        if (pausing == nullptr) return cache::Unknown{};  // calls_for_fetch() leaves no such case
        return Unavailable{*pausing, std::min(pausing->retry, now_ + record_ttl())};
    }

    StsState without_fetch(const RecordAbsent& absent) const {
        if (held_ != nullptr) {
            // RFC 8461, 5.1 and 10.2: losing the record ends no policy; it may be an attacker's work.
            return failed({ErrorKind::dns, "the policy's record is gone: " + absent.why}, failing_id());
        }
        return NoRecord{now_ + settings_.negative.clamp(absent.ttl.value_or(settings_.negative.min))};
    }

    StsState without_fetch(const Error& error) const {
        // A DNS that stumbles now and then does not cut short the pause of a broken policy host (STS-25).
        const Failure* pausing = failure_of(before_);
        if (pausing == nullptr || pausing->id.empty() || now_ >= pausing->retry)
            return failed(error, failing_id());
        if (held_ != nullptr) return keep(*held_, held_->failure);
        return Unavailable{*pausing, std::min(pausing->retry, now_ + record_ttl())};
    }

    StsState failed(const Error& error, const std::string& id) const {
        const Failure* earlier = earlier_failure(before_, id);
        const bool own_fault =
            error.kind() == ErrorKind::system;  // no socket, no turn: the host had no chance
        const bool had_chance = outcome_.policy.has_value() ? !own_fault : id.empty();
        Failure failure{error, id};
        failure.count = (earlier == nullptr ? 0U : earlier->count) + (had_chance ? 1U : 0U);
        // A record that could not be looked up is asked for again soon: there may be a (newer) policy.
        const bool unanswered = !outcome_.policy && std::holds_alternative<Error>(outcome_.record);
        const bool soon = unanswered || own_fault;
        failure.retry = now_ + (soon ? settings_.negative.min : retry_pause(settings_, failure.count));
        const Time soonest = failure.retry;
        // A look at the record moves no pause of the policy host.
        if (earlier != nullptr && !id.empty() && !outcome_.policy) failure.retry = earlier->retry;
        if (held_ == nullptr) {
            const Time until = std::min(soonest, now_ + record_ttl());
            return Unavailable{std::move(failure), until};
        }
        Cached held = *held_;
        // Rechecks must not put off the refresh, which is made without a record: who controls DNS would let
        // the policy run out (RFC 8461, 10.2).
        if (outcome_.policy) held.refresh = std::max(held.refresh, failure.retry);
        return keep(std::move(held), std::make_shared<const Failure>(std::move(failure)));
    }

    /// The policy held goes on as it is, expiry included (STS-31).
    StsState keep(Cached cached, std::shared_ptr<const Failure> failure) const {
        cached.recheck = now_ + record_ttl();
        const auto* id = found_id(outcome_.record);
        if (id != nullptr && *id == cached.id) cached.checked = now_;
        cached.failure = std::move(failure);
        return cached;
    }

    /// Of the record whose policy could not be had before: its failures are counted on while the record
    /// itself cannot be had (STS-25). Empty: there were none.
    std::string failing_id() const {
        const Failure* earlier = failure_of(before_);
        return earlier == nullptr ? std::string() : earlier->id;
    }

    /// Whose policy this is: the record's, or where it could not be looked up, the one held.
    std::string policy_id() const {
        if (const auto* id = found_id(outcome_.record)) return *id;
        return held_ == nullptr ? std::string() : held_->id;
    }

    Duration record_ttl() const {
        if (const auto* found = std::get_if<RecordFound>(&outcome_.record))
            return settings_.recheck.clamp(found->ttl);
        return settings_.recheck.min;
    }

    const StsState& before_;
    const Outcome& outcome_;
    const Settings& settings_;
    Time now_;
    double spread_;
    const Cached* held_;
};

}  // namespace

bool calls_for_fetch(const StsState& before, const RecordOutcome& record, Reason reason, Time now) {
    const Cached* held = unexpired(before, now);
    const std::string* id = found_id(record);
    if (id == nullptr) {
        // RFC 8461, 10.2: a policy is renewed "regardless of the state" of the record. Who can forge or
        // suppress DNS answers must not be able to let it run out; who publishes it ends it with `mode:
        // none`.
        const bool renewing = reason == Reason::refresh || reason == Reason::demand;
        return renewing && held != nullptr;
    }
    if (reason == Reason::demand) return true;
    const Failure* pausing = earlier_failure(before, *id);
    if (pausing != nullptr && now < pausing->retry) return false;
    return held == nullptr || held->id != *id || reason == Reason::refresh;
}

StsState learn(const StsState& before, const Outcome& outcome, const Settings& settings, Time now,
               double spread) {
    return Lesson(before, outcome, settings, now, spread).learn();
}

}  // namespace tlspolicy::engine
