#pragma once

#include "cli/control_option.hpp"

namespace tlspolicy::cli {

/// "tlspolicy status": what the running daemon says of itself.
class Status : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
};

}  // namespace tlspolicy::cli
