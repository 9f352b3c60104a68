#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"

#include <vector>

namespace tlspolicy::cli {

/// How the policy is served, at each address of the policy host (RFC 8461, 3.3). Pure.
std::vector<Finding> judge_fetch(const inquiry::Survey& survey);

}  // namespace tlspolicy::cli
