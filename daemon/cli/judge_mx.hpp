#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"
#include "sts/policy.hpp"

#include <vector>

/// Judgements of a domain's list of mail hosts. Pure.
namespace tlspolicy::cli {

/// Whether there is a list, whether what it names are hosts, and whether all of them were looked at.
std::vector<Finding> judge_mx(const inquiry::Survey& survey);

/// Whether policy and list agree (RFC 8461, 4.1). `grave` is how bad a host is that the policy leaves out.
std::vector<Finding> judge_coverage(const inquiry::Survey& survey, const sts::Policy& policy, Severity grave);

}  // namespace tlspolicy::cli
