#include "cli/judge.hpp"

#include "cli/judge_certificate.hpp"
#include "cli/judge_fetch.hpp"
#include "cli/judge_hosts.hpp"
#include "cli/judge_mx.hpp"
#include "cli/judge_policy.hpp"
#include "cli/judge_reporting.hpp"

#include <algorithm>
#include <iterator>

namespace tlspolicy::cli {

std::vector<Finding> judge(const inquiry::Survey& survey) {
    std::vector<Finding> all;
    const auto add = [&all](std::vector<Finding> some) {
        std::move(some.begin(), some.end(), std::back_inserter(all));
    };
    const auto policy = policy_in(survey);
    add(judge_record(survey));
    add(judge_fetch(survey));
    if (survey.policy.body) add(judge_policy_text(*survey.policy.body));
    add(judge_mx(survey));
    if (policy && policy->mode != sts::Mode::none)
        add(judge_coverage(survey, *policy,
                           policy->mode == sts::Mode::enforce ? Severity::problem : Severity::warning));
    add(judge_hosts(survey, at_stake(policy)));
    add(judge_reporting(survey));
    return all;
}

std::optional<std::int64_t> fewest_days(const inquiry::Survey& survey) {
    std::optional<std::int64_t> fewest;
    const auto take = [&](const tls::Chain& chain) {
        if (chain.empty() || !chain.front().not_after) return;
        const auto days = days_left(chain.front(), survey.now);
        fewest = std::min(fewest.value_or(days), days);
    };
    for (const auto& attempt : survey.policy.attempts)
        take(attempt.chain);
    for (const auto& host : survey.hosts)
        for (const auto& at : host.addresses)
            take(at.probed.chain);
    return fewest;
}

}  // namespace tlspolicy::cli
