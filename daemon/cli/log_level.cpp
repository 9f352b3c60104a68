#include "cli/log_level.hpp"

#include "cli/json_reader.hpp"

#include <CLI/App.hpp>

#include <ostream>

namespace tlspolicy::cli {

void LogLevel::declare(CLI::App& command) {
    control_.declare(command);
    command.add_option("LEVEL", level_, "debug, info, warn or error")->required();
}

Exit LogLevel::run(Terminal& terminal) {
    const auto reply = control_.ask("POST", path_of("log-level", level_));
    if (!reply) return tell_failure(terminal, reply.error());
    if (const auto refused = tell_refusal(terminal, *reply)) return *refused;
    if (terminal.json)
        print(terminal, reply->body);
    else
        terminal.out << "the log level is " << text_at(reply->body, "level")
                     << ", until the configuration is read again\n";
    return Exit::fine;
}

}  // namespace tlspolicy::cli
