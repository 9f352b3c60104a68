#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"

#include <vector>

namespace tlspolicy::cli {

/// The domain's wish for TLS reports (RFC 8460, 3). Pure.
std::vector<Finding> judge_reporting(const inquiry::Survey& survey);

}  // namespace tlspolicy::cli
