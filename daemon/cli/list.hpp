#pragma once

#include "cli/control_option.hpp"

#include <cstddef>
#include <string>

namespace tlspolicy::cli {

/// "tlspolicy list": the domains of which the running daemon knows something.
class List : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
    std::string kind_;
    std::string match_;
    std::size_t limit_ = 100;
};

}  // namespace tlspolicy::cli
