#pragma once

#include "cli/terminal.hpp"

namespace CLI {
class App;
}

namespace tlspolicy::cli {

/// The exit status, after the convention of monitoring plug-ins; tlspolicy(1) tells what each verb means by
/// it.
enum class Exit : int {
    fine = 0,
    warning = 1,
    problem = 2,
    unknown = 3,  ///< it could not be found out; wrong usage too
};

/// One thing that the command does: "tlspolicy NAME ...".
class Verb {
public:
    virtual ~Verb() = default;

    /// Declares arguments and options, which are members of the verb. --json is declared for all.
    virtual void declare(CLI::App& command) = 0;
    /// Called once, after the command line was read.
    virtual Exit run(Terminal& terminal) = 0;
};

}  // namespace tlspolicy::cli
