#pragma once

#include "base/error.hpp"
#include "base/paths.hpp"
#include "cli/control_client.hpp"
#include "cli/verb.hpp"

#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// What all verbs share that talk to the running daemon.
class ControlOption {
public:
    /// Declares --socket.
    void declare(CLI::App& command);
    /// Asks, and tells the user what failed where no answer comes, or one that says what is wrong.
    Result<ControlReply> ask(std::string_view method, const std::string& target) const;

private:
    std::string socket_ = default_run_directory() + "/control";
};

/// Tells that there is no answer, as text or JSON.
Exit tell_failure(Terminal& terminal, const Error& error);

}  // namespace tlspolicy::cli
