#include "cli/show.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "cli/json_reader.hpp"
#include "cli/known_entry.hpp"
#include "cli/table.hpp"

#include <CLI/App.hpp>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;

/// A line of a policy, which strangers write (RFC 8461, 3.2 allows all of UTF-8). The daemon has escaped it;
/// one of an earlier version that still runs has not.
std::string safe(std::string_view line) {
    const bool plain = std::all_of(line.begin(), line.end(), ascii::is_printable);
    return plain ? std::string(line) : printable(line, line.size());
}

std::vector<Row> indented(std::vector<Row> rows) {
    for (Row& row : rows)
        row.front().text.insert(0, "  ");
    return rows;
}

}  // namespace

std::string to_text(const json::object& known, const Palette& palette, std::size_t width) {
    const json::object& sts = object_at(known, "sts");
    std::vector<Row> rows = facts_of_entry(known);
    rows.insert(rows.begin(), {{"Domain", Tone::strong}, text_at(known, "domain")});
    std::string text = to_text(rows, palette, width);
    text += '\n' + palette.paint(Tone::strong, "Answers now, by map") + '\n';
    text += to_text(indented(answers_of(known)), palette, width);
    if (array_at(sts, "lines").empty()) return text;
    text += '\n' + palette.paint(Tone::strong, "Policy") + '\n';
    std::vector<Row> lines;
    for (const json::value& line : array_at(sts, "lines"))
        if (line.is_string()) lines.push_back({"  " + safe(line.get_string())});
    return text + to_text(lines, palette, width);
}

void Show::declare(CLI::App& command) {
    control_.declare(command);
    command.add_option("DOMAIN", domain_, "A domain, or a lookup key such as [relay.example.com]:587")
        ->required();
}

Exit Show::run(Terminal& terminal) {
    const auto reply = control_.ask("GET", path_of("entries", domain_));
    if (!reply) return tell_failure(terminal, reply.error());
    if (const auto refused = tell_refusal(terminal, *reply)) return *refused;
    if (terminal.json)
        print(terminal, reply->body);
    else
        terminal.out << to_text(reply->body, Palette(terminal.colour), terminal.width);
    const bool whole = !reply->body.contains("unasked");
    if (!whole && !terminal.json)
        terminal.err << "tlspolicy: " << text_at(reply->body, "unasked") << ": it may hold a policy\n";
    return whole && !object_at(reply->body, "sts").contains("failure") ? Exit::fine : Exit::warning;
}

}  // namespace tlspolicy::cli
