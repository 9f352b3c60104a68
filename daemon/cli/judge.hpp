#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tlspolicy::cli {

/// Everything that a look at a domain tells by itself. Pure.
std::vector<Finding> judge(const inquiry::Survey& survey);

/// The fewest days that a certificate presented in it has left; nullopt where none was.
std::optional<std::int64_t> fewest_days(const inquiry::Survey& survey);

}  // namespace tlspolicy::cli
