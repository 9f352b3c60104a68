#pragma once

#include "cli/control_option.hpp"

#include <string>

namespace tlspolicy::cli {

/// "tlspolicy forget DOMAIN | --failed": has the running daemon forget what it knows.
class Forget : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
    std::string domain_;
    bool failed_ = false;
    bool force_ = false;
};

}  // namespace tlspolicy::cli
