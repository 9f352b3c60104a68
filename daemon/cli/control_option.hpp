#pragma once

#include "base/error.hpp"
#include "cli/control_client.hpp"
#include "cli/verb.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// What all verbs share that talk to the running daemon.
class ControlOption {
public:
    /// Declares --socket.
    void declare(CLI::App& command);
    Result<ControlReply> ask(std::string_view method, const std::string& target) const;

private:
    std::string socket_ = "/run/tlspolicyd/control";
};

/// Tells that there is no answer, as text or JSON.
Exit tell_failure(Terminal& terminal, const Error& error);
/// Tells why the daemon refused, where it did: a policy that may not be forgotten is a problem, all else was
/// asked wrongly. nullopt: it did not.
std::optional<Exit> tell_refusal(Terminal& terminal, const ControlReply& reply);
void print(Terminal& terminal, const boost::json::object& object);

/// "/word/argument", the argument percent-encoded.
std::string path_of(std::string_view word, std::string_view argument);
/// Percent-encoded, for a path or a query.
std::string encoded(std::string_view text);

}  // namespace tlspolicy::cli
