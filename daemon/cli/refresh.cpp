#include "cli/refresh.hpp"

#include "cli/json_reader.hpp"
#include "cli/known_state.hpp"
#include "cli/table.hpp"

#include <CLI/App.hpp>

#include <ostream>

namespace tlspolicy::cli {
namespace {

Exit judge(const boost::json::object& body) {
    if (!is_true_at(body, "landed")) return Exit::unknown;
    return object_at(body, "after").contains("failure") ? Exit::warning : Exit::fine;
}

void print_text(Terminal& terminal, const boost::json::object& body) {
    if (!is_true_at(body, "landed")) {
        terminal.err
            << "tlspolicy: " << text_at(body, "domain")
            << " takes longer than answer_deadline; the daemon goes on with it: see \"tlspolicy show\"\n";
        return;
    }
    std::vector<Row> rows = facts_of(object_at(body, "after"));
    rows.insert(rows.begin(), {{"Before", Tone::strong}, in_short(object_at(body, "before"))});
    rows.insert(rows.begin(), {{"Domain", Tone::strong}, text_at(body, "domain")});
    terminal.out << to_text(rows, Palette(terminal.colour), terminal.width);
}

}  // namespace

void Refresh::declare(CLI::App& command) {
    control_.declare(command);
    command.add_option("DOMAIN", domain_, "The domain")->required();
}

Exit Refresh::run(Terminal& terminal) {
    const auto reply = control_.ask("POST", path_of("refresh", domain_));
    if (!reply) return tell_failure(terminal, reply.error());
    if (const auto refused = tell_refusal(terminal, *reply)) return *refused;
    if (terminal.json)
        print(terminal, reply->body);
    else
        print_text(terminal, reply->body);
    return judge(reply->body);
}

}  // namespace tlspolicy::cli
