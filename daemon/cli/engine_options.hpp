#pragma once

#include "cli/verb.hpp"
#include "config/config.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::cli {

/// What the verbs share that do the daemon's work themselves: its configuration, and what may differ from it.
class EngineOptions {
public:
    /// Declares --config, --resolver, --ca-file and --allow-address.
    void declare(CLI::App& command);

    /// Fails, naming every fault of the file; warnings go to the terminal.
    Result<config::Config> load(Terminal& terminal) const;

private:
    std::optional<std::string> config_;
    std::vector<std::string> resolvers_;
    std::optional<std::string> ca_file_;
    std::vector<std::string> allow_addresses_;
};

}  // namespace tlspolicy::cli
