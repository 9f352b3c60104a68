#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"
#include "sts/policy.hpp"

#include <vector>

namespace tlspolicy::cli {

/// What stands against publishing `planned` and enforcing it: all that is wrong, or could not be found out,
/// with the mail hosts as this policy has them, and with what publishing it does not mend by itself. Pure.
std::vector<Finding> obstacles(const inquiry::Survey& survey, const sts::Policy& planned);

}  // namespace tlspolicy::cli
