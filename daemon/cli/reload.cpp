#include "cli/reload.hpp"

#include "cli/json_reader.hpp"

#include <ostream>

namespace tlspolicy::cli {
namespace {

void print_text(Terminal& terminal, const boost::json::object& body) {
    for (const boost::json::value& finding : array_at(body, "findings"))
        if (finding.is_string()) terminal.err << std::string_view(finding.get_string()) << '\n';
    terminal.out << (is_true_at(body, "used")
                         ? "the configuration was read again and is in use\n"
                         : "the configuration has an error: the previous one stays in use\n");
}

}  // namespace

void Reload::declare(CLI::App& command) {
    control_.declare(command);
}

Exit Reload::run(Terminal& terminal) {
    const auto reply = control_.ask("POST", "/reload");
    if (!reply) return tell_failure(terminal, reply.error());
    if (const auto refused = tell_refusal(terminal, *reply)) return *refused;
    if (terminal.json)
        print(terminal, reply->body);
    else
        print_text(terminal, reply->body);
    if (!is_true_at(reply->body, "used")) return Exit::problem;
    return array_at(reply->body, "findings").empty() ? Exit::fine : Exit::warning;
}

}  // namespace tlspolicy::cli
