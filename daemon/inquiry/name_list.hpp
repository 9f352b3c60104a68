#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::inquiry {

constexpr std::size_t max_list = 64 * 1024 * 1024;  ///< octets of a list of names

/// One name a line; blank lines and what follows a '#' do not count. Fails with the line where a line holds
/// more than a name, or one that is longer than Postfix would ask about.
Result<std::vector<std::string>> read_names(std::string_view text);

}  // namespace tlspolicy::inquiry
