#include "engine/decide.hpp"

#include "engine/freshness.hpp"

#include <memory>

namespace tlspolicy::engine {
namespace {

using postfix::Answer;
using postfix::MapOptions;

bool is_enforced(sts::Mode mode, const MapOptions& options) noexcept {
    switch (mode) {
        case sts::Mode::enforce:
            return true;
        case sts::Mode::testing:
            return options.enforce_testing;
        case sts::Mode::none:
            return false;
    }
    return false;
}

Answer record_not_known(const MapOptions& options, std::string_view why) {
    switch (options.on_dns_failure) {
        case MapOptions::OnDnsFailure::not_found:
            return postfix::NotFound{};
        case MapOptions::OnDnsFailure::temp:
            return postfix::Temp{"MTA-STS: " + std::string(why)};
    }
    return postfix::NotFound{};
}

struct Decision {
    const MapOptions& options;
    Time now;

    Answer operator()(const cache::Unknown&) const {
        return record_not_known(options, "the policy record could not be looked up in time");
    }
    Answer operator()(const cache::NoRecord&) const { return postfix::NotFound{}; }
    Answer operator()(const cache::Unavailable& state) const {
        // RFC 8461, 3.3: a policy that cannot be fetched is as none. Only an unanswered TXT lookup leaves
        // open whether there is one at all.
        if (state.failure.error.kind() == ErrorKind::dns)
            return record_not_known(options, state.failure.error.message());
        return postfix::NotFound{};
    }
    Answer operator()(const cache::Cached& state) const {
        if (now > state.expires) return operator()(cache::Unknown{});
        if (!state.policy->text || !is_enforced(state.policy->policy.mode, options))
            return postfix::NotFound{};
        return postfix::Found{std::shared_ptr<const postfix::SecureText>(state.policy, &*state.policy->text),
                              options.tlsrpt, options.servername};
    }
};

}  // namespace

Answer decide(const cache::StsState& state, const MapOptions& options, Time now) {
    return std::visit(Decision{options, now}, state);
}

Answer decide(const cache::StsState& state, const cache::DaneState* dane, const MapOptions& options,
              Time now) {
    using dane::Standing;
    Answer sts = decide(state, options, now);
    const auto standing = dane == nullptr ? Standing::hosts_not_known : dane->standing;
    const bool enforced = std::holds_alternative<postfix::Found>(sts);
    const bool not_known = std::holds_alternative<postfix::Temp>(sts);
    switch (standing) {
        case Standing::none:
            return sts;
        case Standing::all_usable:
            return postfix::Dane{true};
        case Standing::some_usable:
            if (not_known) return sts;
            return postfix::Dane{enforced};
        case Standing::undecided:
            if (enforced) return postfix::Temp{"DANE: " + dane->why};
            [[fallthrough]];
        case Standing::insecure_hosts:
        case Standing::unusable:
            if (enforced || not_known) return sts;
            return postfix::Dane{false};
        case Standing::hosts_not_known:
            if (!enforced) return sts;
            return postfix::Temp{
                "DANE: " + (dane == nullptr ? "the mail hosts could not be looked up in time" : dane->why)};
    }
    return sts;
}

}  // namespace tlspolicy::engine
