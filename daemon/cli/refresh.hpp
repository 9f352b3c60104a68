#pragma once

#include "cli/control_option.hpp"

#include <string>

namespace tlspolicy::cli {

/// "tlspolicy refresh DOMAIN": has the running daemon look at a domain again, now.
class Refresh : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
    std::string domain_;
};

}  // namespace tlspolicy::cli
