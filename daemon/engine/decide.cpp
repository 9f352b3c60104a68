#include "engine/decide.hpp"

#include <memory>

namespace tlspolicy::engine {
namespace {

using postfix::Answer;
using postfix::MapOptions;

struct StsRule {
    const MapOptions& options;
    Time now;

    Rule operator()(const cache::Unknown&) const noexcept { return Rule::record_not_known; }
    Rule operator()(const cache::NoRecord&) const noexcept { return Rule::no_record; }
    Rule operator()(const cache::Unavailable& state) const noexcept {
        // RFC 8461, 3.3: a policy that cannot be fetched is as none. Only an unanswered TXT lookup leaves
        // open whether there is one at all.
        const bool unanswered = state.failure.error.kind() == ErrorKind::dns;
        return unanswered ? Rule::record_not_known : Rule::policy_unavailable;
    }
    Rule operator()(const cache::Cached& state) const noexcept {
        if (now > state.expires) return Rule::record_not_known;
        if (!state.policy->text) return Rule::policy_none;  // it names no host
        switch (state.policy->policy.mode) {
            case sts::Mode::enforce:
                return Rule::policy_enforced;
            case sts::Mode::testing:
                return options.enforce_testing ? Rule::policy_enforced : Rule::policy_testing;
            case sts::Mode::none:
                return Rule::policy_none;
        }
        return Rule::policy_none;
    }
};

Answer secure(const cache::StsState& state, const MapOptions& options) {
    const auto& policy = std::get<cache::Cached>(state).policy;
    return postfix::Found{std::shared_ptr<const postfix::SecureText>(policy, &*policy->text), options.tlsrpt,
                          options.servername};
}

bool defers(const MapOptions& options) noexcept {
    switch (options.on_dns_failure) {
        case MapOptions::OnDnsFailure::not_found:
            return false;
        case MapOptions::OnDnsFailure::temp:
            return true;
    }
    return false;
}

Answer record_not_known(const cache::StsState& state, const MapOptions& options) {
    if (!defers(options)) return postfix::NotFound{};
    const auto* failed = std::get_if<cache::Unavailable>(&state);
    return postfix::Temp{"MTA-STS: "
                         + (failed != nullptr ? failed->failure.error.message()
                                              : "the policy record could not be looked up in time")};
}

Answer hosts_not_known(const cache::DaneState* dane) {
    return postfix::Temp{
        "DANE: " + (dane == nullptr ? "the mail hosts could not be looked up in time" : dane->why),
        postfix::Wanting::dane};
}

Answer answer_by(Rule rule, const cache::StsState& state, const cache::DaneState* dane,
                 const MapOptions& options) {
    switch (rule) {
        case Rule::policy_enforced:
            return secure(state, options);
        case Rule::policy_testing:
        case Rule::policy_none:
        case Rule::no_record:
        case Rule::policy_unavailable:
            return postfix::NotFound{};
        case Rule::record_not_known:
            return record_not_known(state, options);
        case Rule::all_hosts_usable:
        case Rule::some_hosts_usable_enforced:
            return postfix::Dane{true};
        case Rule::some_hosts_usable:
        case Rule::hosts_undecided:
        case Rule::hosts_unusable:
        case Rule::hosts_insecure:
            return postfix::Dane{false};
        case Rule::hosts_undecided_enforced:
        case Rule::hosts_not_known_enforced:
            return hosts_not_known(dane);
    }
    return postfix::NotFound{};
}

}  // namespace

std::string_view name_of(Rule rule) noexcept {
    switch (rule) {
        case Rule::policy_enforced:
            return "policy-enforced";
        case Rule::policy_testing:
            return "policy-testing";
        case Rule::policy_none:
            return "policy-none";
        case Rule::no_record:
            return "no-record";
        case Rule::policy_unavailable:
            return "policy-unavailable";
        case Rule::record_not_known:
            return "record-not-known";
        case Rule::all_hosts_usable:
            return "all-hosts-usable";
        case Rule::some_hosts_usable:
            return "some-hosts-usable";
        case Rule::some_hosts_usable_enforced:
            return "some-hosts-usable-enforced";
        case Rule::hosts_undecided:
            return "hosts-undecided";
        case Rule::hosts_undecided_enforced:
            return "hosts-undecided-enforced";
        case Rule::hosts_unusable:
            return "hosts-unusable";
        case Rule::hosts_insecure:
            return "hosts-insecure";
        case Rule::hosts_not_known_enforced:
            return "hosts-not-known-enforced";
    }
    return "";
}

Rule rule_for(const cache::StsState& state, const MapOptions& options, Time now) noexcept {
    return std::visit(StsRule{options, now}, state);
}

Rule rule_for(const cache::StsState& state, const cache::DaneState* dane, const MapOptions& options,
              Time now) noexcept {
    using dane::Standing;
    const Rule sts = rule_for(state, options, now);
    const bool enforced = sts == Rule::policy_enforced;
    const bool deferred = sts == Rule::record_not_known && defers(options);
    switch (dane == nullptr ? Standing::hosts_not_known : dane->standing) {
        case Standing::none:
            return sts;
        case Standing::all_usable:
            return Rule::all_hosts_usable;
        case Standing::some_usable:
            if (deferred) return sts;
            return enforced ? Rule::some_hosts_usable_enforced : Rule::some_hosts_usable;
        case Standing::undecided:
            if (enforced) return Rule::hosts_undecided_enforced;
            return deferred ? sts : Rule::hosts_undecided;
        case Standing::unusable:
            return enforced || deferred ? sts : Rule::hosts_unusable;
        case Standing::insecure_hosts:
            return enforced || deferred ? sts : Rule::hosts_insecure;
        case Standing::hosts_not_known:
            return enforced ? Rule::hosts_not_known_enforced : sts;
    }
    return sts;
}

Answer decide(const cache::StsState& state, const MapOptions& options, Time now) {
    return answer_by(rule_for(state, options, now), state, nullptr, options);
}

Answer decide(const cache::StsState& state, const cache::DaneState* dane, const MapOptions& options,
              Time now) {
    return answer_by(rule_for(state, dane, options, now), state, dane, options);
}

}  // namespace tlspolicy::engine
