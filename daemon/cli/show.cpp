#include "cli/show.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "cli/json_reader.hpp"
#include "cli/known_state.hpp"
#include "cli/table.hpp"

#include <CLI/App.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;

/// Calls `visit` with each item that is an object.
template <class Visit>
void each(const json::array& items, const Visit& visit) {
    for (const json::value& item : items)
        if (item.is_object()) visit(item.get_object());
}

void add_dane(std::vector<Row>& rows, const json::object& known) {
    each(array_at(known, "dane"), [&](const json::object& dane) {
        std::string text = fmt::format("{}: {}, {} {}", text_at(dane, "key"), text_at(dane, "standing"),
                                       is_true_at(dane, "expired") ? "out of date since" : "believed until",
                                       moment_at(dane, "believed_until"));
        rows.push_back({{"DANE", Tone::strong}, text});
        each(array_at(dane, "hosts"), [&](const json::object& host) {
            rows.push_back({"", fmt::format("  {}  {}", text_at(host, "name"), text_at(host, "state"))});
        });
        if (const std::string failed = text_at(dane, "failed"); !failed.empty())
            rows.push_back({"", {"  failed: " + failed, Tone::bad}});
    });
}

void add_override(std::vector<Row>& rows, const json::object& word) {
    if (word.empty()) return;
    std::string text = text_at(word, "answer");
    if (word.contains("until")) text += ", until " + moment_at(word, "until");
    if (word.contains("reason")) text += ": " + text_at(word, "reason");
    rows.push_back({{"Override", Tone::strong}, {std::move(text), Tone::doubtful}});
}

std::vector<Row> answers_of(const json::object& known) {
    std::vector<Row> rows;
    each(array_at(known, "answers"), [&](const json::object& answer) {
        std::string text =
            answer.contains("answer") ? text_at(answer, "answer") : "(is looked up when Postfix asks)";
        if (answer.contains("withheld"))
            text += " instead of " + text_at(answer, "withheld") + " (monitor mode)";
        rows.push_back({"  " + text_at(answer, "map"), std::move(text)});
    });
    return rows;
}

/// A line of a policy, which strangers write (RFC 8461, 3.2 allows all of UTF-8). The daemon has escaped it;
/// one of an earlier version that still runs has not.
std::string safe(std::string_view line) {
    const bool plain = std::all_of(line.begin(), line.end(), ascii::is_printable);
    return plain ? std::string(line) : printable(line, line.size());
}

}  // namespace

std::string to_text(const json::object& known, const Palette& palette, std::size_t width) {
    const json::object& sts = object_at(known, "sts");
    std::vector<Row> rows = facts_of(sts);
    rows.insert(rows.begin(), {{"Domain", Tone::strong}, text_at(known, "domain")});
    if (known.contains("used")) rows.push_back({{"Last asked for", Tone::strong}, moment_at(known, "used")});
    if (text_at(known, "held_in") == "store")
        rows.push_back({{"Held", Tone::strong}, {"by the store alone, until Postfix asks for it"}});
    add_dane(rows, known);
    add_override(rows, object_at(known, "override"));
    std::string text = to_text(rows, palette, width);
    text += '\n' + palette.paint(Tone::strong, "Answers now, by map") + '\n';
    text += to_text(answers_of(known), palette, width);
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
    return object_at(reply->body, "sts").contains("failure") ? Exit::warning : Exit::fine;
}

}  // namespace tlspolicy::cli
