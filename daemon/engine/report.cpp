#include "engine/report.hpp"

#include "engine/freshness.hpp"

namespace tlspolicy::engine {
namespace {

bool has_failed(const Outcome& outcome, bool policy_held) noexcept {
    if (outcome.policy) return outcome.policy->has_error();
    if (std::holds_alternative<Error>(outcome.record)) return true;
    return policy_held && std::holds_alternative<RecordAbsent>(outcome.record);
}

Discovered kind_of(const Outcome& outcome, bool policy_held) noexcept {
    if (has_failed(outcome, policy_held)) return Discovered::failed;
    if (outcome.policy) return Discovered::policy;
    return std::holds_alternative<RecordAbsent>(outcome.record) ? Discovered::no_policy
                                                                : Discovered::unchanged;
}

void report_policy(Observer& observer, const Domain& domain, const cache::Cached* held,
                   const cache::Cached& now, Duration took) {
    if (held == nullptr)
        observer.on_event(PolicyLearned{domain, now, took});
    else if (held->policy != now.policy || held->id != now.id)
        observer.on_event(PolicyReplaced{domain, *held, now, took});
    else
        observer.on_event(PolicyRefreshed{domain, now, took});
}

}  // namespace

void report(Observer& observer, const Domain& domain, const cache::StsState& before, const Outcome& outcome,
            const cache::StsState& after, Time now, Duration took) {
    const cache::Cached* held = unexpired(before, now);
    const auto* expired = held == nullptr ? std::get_if<cache::Cached>(&before) : nullptr;
    const auto* cached = std::get_if<cache::Cached>(&after);
    const cache::Failure* failed_before = failure_of(before);
    const cache::Failure* failure = failure_of(after);
    observer.on_discovery(kind_of(outcome, held != nullptr));

    if (has_failed(outcome, held != nullptr) && failure != nullptr)
        observer.on_event(DiscoveryFailed{domain, *failure, failed_before, cached, took});
    else if (failed_before != nullptr && failure == nullptr)
        observer.on_event(DiscoveryRecovered{domain, *failed_before, took});

    if (outcome.policy && outcome.policy->has_value() && cached != nullptr)
        report_policy(observer, domain, held, *cached, took);
    else if (expired != nullptr && cached == nullptr)
        observer.on_event(PolicyExpired{domain, *expired});

    const auto* absent = std::get_if<RecordAbsent>(&outcome.record);
    if (absent != nullptr && cached == nullptr) observer.on_event(NoPolicy{domain, absent->why, took});
}

}  // namespace tlspolicy::engine
