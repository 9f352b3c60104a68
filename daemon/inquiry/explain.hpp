#pragma once

#include "config/config.hpp"
#include "inquiry/explanation.hpp"

#include <string>
#include <vector>

namespace tlspolicy::inquiry {

struct Inquiry {
    std::string key;
    std::vector<std::string> maps = {};  ///< which of the configuration's; empty: all
};

/// Does what the daemon would do for a lookup with this configuration, and tells all of it. Takes as long as
/// the daemon's own discovery. Fails for a map that there is not, and where policies cannot be fetched at
/// all.
Result<Explanation> explain(const config::Config& config, const Inquiry& inquiry);

}  // namespace tlspolicy::inquiry
