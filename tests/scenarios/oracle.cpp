#include "oracle.hpp"

#include "world.hpp"

#include <utility>

namespace tlspolicy::scenarios {
namespace {

std::string match_of(const sts::Policy& policy) {
    std::string match;
    for (const auto& pattern : policy.mx) {
        const std::string_view text = pattern.text();
        match += match.empty() ? "" : ":";
        match += text.substr(text.front() == '*' ? 1 : 0);
    }
    return match;
}

bool is_temp(std::string_view answer) {
    return answer.substr(0, 5) == "TEMP ";
}

}  // namespace

void Oracle::asked_for(std::string_view domain, Time now) {
    fetches_[std::string(domain)].push_back(now);
}

void Oracle::served(std::string_view domain, std::string_view body, Time now) {
    auto policy = sts::parse_policy(body);
    if (!policy) return;
    Served latest;
    latest.answer = secure(match_of(*policy));
    latest.policy = std::move(*policy);
    latest.fetched = now;
    served_.insert_or_assign(std::string(domain), std::move(latest));
}

void Oracle::not_kept(std::string_view domain) {
    if (const auto found = served_.find(domain); found != served_.end()) found->second.kept = false;
}

std::string Oracle::fault_of(std::string_view domain, const postfix::MapOptions& options,
                             std::string_view answer, Time now) const {
    const bool secured = answer.substr(0, 7) == "secure ";
    const auto found = served_.find(domain);
    if (found == served_.end()) return secured ? "secure, though no policy was ever served" : "";
    const Served& latest = found->second;

    const bool enforced = latest.policy.mode == sts::Mode::enforce
                          || (latest.policy.mode == sts::Mode::testing && options.enforce_testing);
    if (secured) {
        if (!enforced) return "secure, though the latest policy enforces nothing";
        if (now > latest.expires()) return "secure, though the latest policy has expired";
        return answer == latest.answer ? "" : "another policy than the latest: " + latest.answer;
    }
    // A policy of max_age 0 binds nobody but those who waited for it.
    const bool binds =
        enforced && latest.kept && latest.policy.max_age.count() > 0 && now <= latest.expires();
    return binds && !is_temp(answer) ? "weaker than the unexpired policy: " + latest.answer : "";
}

std::vector<Time> Oracle::fetches(std::string_view domain) const {
    const auto found = fetches_.find(domain);
    return found == fetches_.end() ? std::vector<Time>{} : found->second;
}

}  // namespace tlspolicy::scenarios
