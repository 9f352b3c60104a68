#pragma once

#include "cli/control_option.hpp"

namespace tlspolicy::cli {

/// "tlspolicy reload": has the running daemon read its configuration again.
class Reload : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
};

}  // namespace tlspolicy::cli
