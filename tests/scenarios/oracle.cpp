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

constexpr std::string_view temp = "TEMP ";

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

void Oracle::looked_up(std::string_view domain, bool answered) {
    if (answered)
        looked_up_.emplace(domain);
    else if (const auto found = looked_up_.find(domain); found != looked_up_.end())
        looked_up_.erase(found);
}

void Oracle::not_kept(std::string_view domain) {
    if (const auto found = served_.find(domain); found != served_.end()) found->second.kept = false;
}

// Mail is put off only where the alternative would be a downgrade, or nobody can find out.
std::string Oracle::fault_of_temp(std::string_view domain, const postfix::MapOptions& options,
                                  std::string_view reason, bool bound, Excuses excuses) const {
    if (reason == "tlspolicyd is stopping") return excuses.stopping ? "" : "it does not stop";
    if (reason.starts_with("tlspolicyd is overloaded")) return excuses.overloaded ? "" : "there is room";
    if (!reason.starts_with("MTA-STS: ")) return "no reason to put mail off: " + std::string(reason);
    if (bound) return "put off, though the policy is known";
    if (options.on_dns_failure != postfix::MapOptions::OnDnsFailure::temp)
        return "put off, though the map is not strict";
    return looked_up_.contains(domain) ? "put off, though the DNS answered" : "";
}

std::string Oracle::fault_of(std::string_view domain, const postfix::MapOptions& options,
                             std::string_view answer, Time now, Excuses excuses) const {
    const bool secured = answer.starts_with("secure ");
    const auto found = served_.find(domain);
    const Served* latest = found == served_.end() ? nullptr : &found->second;
    const bool enforced = latest != nullptr
                          && (latest->policy.mode == sts::Mode::enforce
                              || (latest->policy.mode == sts::Mode::testing && options.enforce_testing));
    if (secured) {
        if (latest == nullptr) return "secure, though no policy was ever served";
        if (!enforced) return "secure, though the latest policy enforces nothing";
        if (now > latest->expires()) return "secure, though the latest policy has expired";
        return answer == latest->answer ? "" : "another policy than the latest: " + latest->answer;
    }
    // A policy of max_age 0 binds nobody but those who waited for it.
    const bool bound =
        enforced && latest->kept && latest->policy.max_age.count() > 0 && now <= latest->expires();
    if (answer.starts_with(temp))
        return fault_of_temp(domain, options, answer.substr(temp.size()), bound, excuses);
    return bound ? "weaker than the unexpired policy: " + latest->answer : "";
}

std::vector<Time> Oracle::fetches(std::string_view domain) const {
    const auto found = fetches_.find(domain);
    return found == fetches_.end() ? std::vector<Time>{} : found->second;
}

}  // namespace tlspolicy::scenarios
