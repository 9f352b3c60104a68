#pragma once

#include "base/error.hpp"
#include "base/paths.hpp"
#include "cli/control_client.hpp"
#include "cli/verb.hpp"
#include "config/config.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// What all verbs share that talk to the running daemon: where its control socket is. That is what --socket
/// says, else `control` in the daemon's configuration, else where it is by default.
class ControlOption {
public:
    /// Declares --socket and --config.
    void declare(CLI::App& command);
    /// Declares --socket alone, for verbs that read the configuration themselves.
    void declare_socket(CLI::App& command);

    /// A configuration that cannot be read is no failure: not everybody who may use the socket may read it.
    Result<ControlReply> ask(std::string_view method, const std::string& target) const;
    /// The same by a configuration that was read already.
    Result<ControlReply> ask(const config::Config& config, std::string_view method,
                             const std::string& target) const;

private:
    std::optional<std::string> socket_;
    std::string config_ = default_config_file();
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
