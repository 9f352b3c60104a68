#pragma once

#include "cli/control_option.hpp"

#include <string>

namespace tlspolicy::cli {

/// "tlspolicy show DOMAIN": everything that the running daemon knows of a domain.
class Show : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
    std::string domain_;
};

}  // namespace tlspolicy::cli
