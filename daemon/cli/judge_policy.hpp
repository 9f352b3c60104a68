#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"
#include "sts/policy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Judgements of a domain's MTA-STS record and policy. Pure.
namespace tlspolicy::cli {

/// The one valid record's id; nullopt where there is none.
std::optional<std::string> id_in(const inquiry::Survey& survey);
/// The policy, where one was fetched and is valid.
std::optional<sts::Policy> policy_in(const inquiry::Survey& survey);

std::vector<Finding> judge_record(const inquiry::Survey& survey);
/// What the policy says, line by line.
std::vector<Finding> judge_policy_text(std::string_view body);

}  // namespace tlspolicy::cli
