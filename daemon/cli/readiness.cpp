#include "cli/readiness.hpp"

#include "cli/judge_fetch.hpp"
#include "cli/judge_hosts.hpp"
#include "cli/judge_mx.hpp"
#include "cli/judge_policy.hpp"
#include "cli/judge_reporting.hpp"

#include <algorithm>
#include <iterator>

namespace tlspolicy::cli {
namespace {

/// Whether putting the file in place is all that the policy host lacks. Without a record the domain is only
/// beginning, and what its host does now says nothing.
bool publishing_mends_host(const inquiry::Survey& survey) {
    if (!id_in(survey)) return true;
    const auto& attempts = survey.policy.attempts;
    return std::any_of(attempts.begin(), attempts.end(), [](const https::AttemptTrace& attempt) {
        return attempt.failure && attempt.reached == https::Stage::answered;
    });
}

}  // namespace

std::vector<Finding> obstacles(const inquiry::Survey& survey, const sts::Policy& planned) {
    std::vector<Finding> all;
    const auto add = [&all](std::vector<Finding> some) {
        std::move(some.begin(), some.end(), std::back_inserter(all));
    };
    // The record and the policy that are published now are about to be replaced.
    if (!survey.record) add(judge_record(survey));
    if (!publishing_mends_host(survey)) add(judge_fetch(survey));
    add(judge_mx(survey));
    add(judge_coverage(survey, planned, Severity::problem));
    add(judge_hosts(survey, Severity::problem));
    add(judge_reporting(survey));
    std::erase_if(all, [](const Finding& finding) {
        return finding.severity != Severity::problem && finding.severity != Severity::unknown;
    });
    return all;
}

}  // namespace tlspolicy::cli
