#pragma once

#include "config/config.hpp"
#include "config/finding.hpp"
#include "config/tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::config {

/// What a file says, and everything that is wrong with it.
struct Loaded {
    Config config;                       ///< keys that are absent or wrong have their default
    std::string file;                    ///< the name to show findings under
    std::vector<Finding> findings = {};  ///< in the order of their lines
    Node tree = {};                      ///< where it says it, for those who find more that is wrong

    /// No finding is an error: the daemon may run with `config`.
    bool usable() const;
};

/// Reads the text of a configuration file. Never throws for its content.
Loaded parse(std::string_view yaml, std::string_view file_name);

/// Reads a file, and the overrides in overrides.d/*.yaml beside it. One that cannot be read, or has more than
/// a mebibyte, is an error among the findings; the file itself may be absent where it is not `required`.
Loaded load(const std::string& path, bool required = true);

/// Every key there is, as a dotted path: "fetch.timeout", "maps.NAME.tlsrpt". Documents are checked against
/// it.
std::vector<std::string> known_keys();

}  // namespace tlspolicy::config
