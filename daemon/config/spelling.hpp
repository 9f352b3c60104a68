#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::config {

/// The word that was probably meant by `typed`: the one with the fewest changed, missing, added or swapped
/// characters, as long as those are few for its length.
std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words);

}  // namespace tlspolicy::config
