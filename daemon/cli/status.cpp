#include "cli/status.hpp"

#include "cli/table.hpp"

#include <boost/json/serialize.hpp>

#include <ostream>

namespace tlspolicy::cli {

void Status::declare(CLI::App& command) {
    control_.declare(command);
}

Exit Status::run(Terminal& terminal) {
    const auto reply = control_.ask("GET", "/status");
    if (!reply) return tell_failure(terminal, reply.error());
    if (terminal.json) {
        terminal.out << boost::json::serialize(reply->body) << '\n';
        return Exit::fine;
    }
    std::vector<Row> rows;
    for (const auto& [name, value] : reply->body)
        rows.push_back({{std::string(name), Tone::strong},
                        value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value)});
    terminal.out << to_text(rows, Palette(terminal.colour), terminal.width);
    return Exit::fine;
}

}  // namespace tlspolicy::cli
