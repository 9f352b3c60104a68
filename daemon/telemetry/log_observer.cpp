#include "telemetry/log_observer.hpp"

#include "base/printable.hpp"
#include "telemetry/same_failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace tlspolicy::telemetry {
namespace {

constexpr std::size_t max_reason = 400;  // characters of a failure; policies can name long hosts

std::string_view mode_of(const cache::Cached& cached) {
    return sts::name_of(cached.policy->policy.mode);
}

/// The MX patterns in the policy's order, as far as a line goes.
std::string mx_of(const cache::Cached& cached) {
    constexpr std::size_t shown = 8;
    const auto& all = cached.policy->policy.mx;
    std::string list;
    for (std::size_t i = 0; i < std::min(all.size(), shown); ++i) {
        if (i > 0) list += ',';
        list += all[i].text();
    }
    if (all.size() > shown) list += fmt::format(",+{}", all.size() - shown);
    return list;
}

std::string describe(const cache::Cached& cached) {
    return fmt::format("mode={} id={} mx={} max_age={}", mode_of(cached), cached.id, mx_of(cached),
                       cached.policy->policy.max_age.count());
}

/// "mx1.example:usable,mx2.example:no-dane", as far as a line goes.
std::string hosts_of(const cache::DaneState& state) {
    constexpr std::size_t shown = 8;
    std::string list;
    for (std::size_t i = 0; i < std::min(state.hosts.size(), shown); ++i)
        list += fmt::format("{}{}:{}", i > 0 ? "," : "", printable(state.hosts[i].name, 255),
                            dane::name_of(state.hosts[i].state));
    if (state.hosts.size() > shown) list += fmt::format(",+{}", state.hosts.size() - shown);
    return list;
}

struct AnswerName {
    std::string_view operator()(const postfix::Found&) const { return "secure"; }
    std::string_view operator()(const postfix::NotFound&) const { return "notfound"; }
    std::string_view operator()(const postfix::Temp&) const { return "temp"; }
    std::string_view operator()(const postfix::Perm&) const { return "perm"; }
    std::string_view operator()(const postfix::Overridden&) const { return "overridden"; }
    std::string_view operator()(const postfix::Dane& dane) const { return dane.only ? "dane-only" : "dane"; }
};

std::string_view name_of(engine::Source source) {
    switch (source) {
        case engine::Source::cached:
            return "cached";
        case engine::Source::stored:
            return "stored";
        case engine::Source::shared:
            return "shared";
        case engine::Source::discovered:
            return "discovered";
        case engine::Source::deadline:
            return "deadline";
        case engine::Source::override:
            return "override";
    }
    return "unknown";
}

}  // namespace

void LogObserver::on_event(const engine::Event& event) {
    std::visit([this](const auto& what) { tell(what); }, event);
}

void LogObserver::on_answer(std::string_view domain, const postfix::Answer& answer,
                            engine::Source source) noexcept {
    // A lookup costs a stranger nothing, so the warnings are few; Postfix logs the reason with every mail.
    const auto* temp = std::get_if<postfix::Temp>(&answer);
    if (temp != nullptr && source != engine::Source::cached) {
        if (const auto unsaid = temp_.admit())
            log_->warn("answer domain={} answer=temp source={} unsaid={} reason=\"{}\"", domain,
                       name_of(source), *unsaid, printable(temp->reason));
        return;
    }
    if (!log_->should_log(spdlog::level::debug)) return;
    log_->debug("answer domain={} answer={} source={}", domain, std::visit(AnswerName{}, answer),
                name_of(source));
}

// What memory would have said was written down when it was learnt.
void LogObserver::on_withheld(std::string_view domain, const postfix::Answer& answer,
                              engine::Source source) noexcept {
    const bool news = source != engine::Source::cached && source != engine::Source::override
                      && !std::holds_alternative<postfix::NotFound>(answer);
    const auto level = news ? spdlog::level::info : spdlog::level::debug;
    if (!log_->should_log(level)) return;
    const auto* temp = std::get_if<postfix::Temp>(&answer);
    log_->log(level, "would-answer domain={} answer={} source={} reason=\"{}\"", domain,
              std::visit(AnswerName{}, answer), name_of(source),
              temp == nullptr ? std::string() : printable(temp->reason));
}

void LogObserver::tell(const engine::PolicyLearned& event) {
    log_->info("policy-learned domain={} {} ms={}", event.domain.text(), describe(event.now),
               event.took.count());
}

void LogObserver::tell(const engine::PolicyReplaced& event) {
    const bool withdrawn = event.now.policy->policy.mode == sts::Mode::none;
    log_->info("{} domain={} {} before_mode={} before_id={} ms={}",
               withdrawn ? "policy-withdrawn" : "policy-replaced", event.domain.text(), describe(event.now),
               mode_of(event.before), event.before.id, event.took.count());
}

void LogObserver::tell(const engine::PolicyRefreshed& event) {
    log_->debug("policy-refreshed domain={} {} ms={}", event.domain.text(), describe(event.now),
                event.took.count());
}

void LogObserver::tell(const engine::PolicyExpired& event) {
    // Nobody misses a policy that asked for nothing.
    const bool missed = event.before.policy->policy.mode != sts::Mode::none;
    log_->log(missed ? spdlog::level::warn : spdlog::level::debug,
              "policy-expired domain={} {} reason=\"{}\"", event.domain.text(), describe(event.before),
              event.before.failure ? printable(event.before.failure->error.message(), max_reason)
                                   : "not asked for any more");
}

void LogObserver::tell(const engine::DiscoveryFailed& event) {
    const bool repeated = event.before != nullptr && event.before->error.kind() == event.failure.error.kind()
                          && is_same_failure(event.before->error.message(), event.failure.error.message());
    const auto retry = std::chrono::duration_cast<std::chrono::seconds>(event.failure.retry - clock_.now());
    log_->log(repeated ? spdlog::level::debug : spdlog::level::warn,
              "discovery-failed domain={} class={} applied={} failures={} retry_s={} reason=\"{}\" ms={}",
              event.domain.text(), tlspolicy::name_of(event.failure.error.kind()),
              event.applied != nullptr ? mode_of(*event.applied) : "nothing", event.failure.count,
              retry.count(), printable(event.failure.error.message(), max_reason), event.took.count());
}

void LogObserver::tell(const engine::DiscoveryRecovered& event) {
    log_->info("discovery-recovered domain={} failures={} reason=\"{}\" ms={}", event.domain.text(),
               event.before.count, printable(event.before.error.message(), max_reason), event.took.count());
}

void LogObserver::tell(const engine::NoPolicy& event) {
    log_->debug("no-policy domain={} reason=\"{}\" ms={}", event.domain.text(),
                printable(event.why, max_reason), event.took.count());
}

void LogObserver::tell(const engine::CacheFull& event) {
    if (const auto unsaid = cache_full_.admit())
        log_->error(
            "cache-full domain={} entries={} unsaid={} reason=\"every entry holds an enforced policy and is "
            "kept; "
            "this domain is looked up each time: raise cache.max_entries\"",
            event.domain.text(), event.entries, *unsaid);
}

void LogObserver::tell(const engine::Overloaded& event) {
    if (const auto unsaid = overloaded_.admit())
        log_->error("overloaded domain={} unsaid={} reason=\"too many lookups wait for DNS or HTTPS\"",
                    event.domain.text(), *unsaid);
}

void LogObserver::tell(const engine::DiscoveryBroken& event) {
    log_->error("discovery-broken reason=\"{}\"", printable(event.what, max_reason));
}

void LogObserver::tell(const engine::PolicyRecalled& event) {
    // From the own store it is an old friend; from the shared one, this daemon's first meeting with it.
    log_->log(event.source == engine::Source::shared ? spdlog::level::info : spdlog::level::debug,
              "policy-recalled domain={} source={} {} ms={}", event.domain.text(), name_of(event.source),
              describe(event.now), event.took.count());
}

void LogObserver::tell(const engine::RecallRejected& event) {
    if (const auto unsaid = rejected_.admit())
        log_->error("recall-rejected domain={} source={} unsaid={} reason=\"{}\"",
                    printable(event.domain, 255), name_of(event.source), *unsaid,
                    printable(event.why.message(), max_reason));
}

void LogObserver::tell(const engine::DaneLearned& event) {
    log_->info("dane-learned key={} standing={} before={} failures={} hosts={} ms={}", event.key,
               dane::name_of(event.now.standing), dane::name_of(event.before), event.failures,
               hosts_of(event.now), event.took.count());
}

void LogObserver::tell(const engine::DaneWeakened& event) {
    log_->warn("dane-weakened key={} standing={} before={} hosts={} ms={}", event.key,
               dane::name_of(event.now.standing), dane::name_of(event.before), hosts_of(event.now),
               event.took.count());
}

void LogObserver::tell(const engine::DaneFailed& event) {
    const bool repeated = event.before != nullptr && is_same_failure(*event.before, event.now.why);
    log_->log(repeated ? spdlog::level::debug : spdlog::level::warn,
              "dane-failed key={} standing={} failures={} hosts={} reason=\"{}\" ms={}", event.key,
              dane::name_of(event.now.standing), event.now.failures, hosts_of(event.now),
              printable(event.now.why, max_reason), event.took.count());
}

}  // namespace tlspolicy::telemetry
