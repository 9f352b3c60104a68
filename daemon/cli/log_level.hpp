#pragma once

#include "cli/control_option.hpp"

#include <string>

namespace tlspolicy::cli {

/// "tlspolicy log-level LEVEL": changes the running daemon's until it reads its configuration again.
class LogLevel : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
    std::string level_;
};

}  // namespace tlspolicy::cli
