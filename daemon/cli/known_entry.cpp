#include "cli/known_entry.hpp"

#include "cli/json_reader.hpp"
#include "cli/known_state.hpp"

#include <fmt/format.h>

#include <utility>

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

}  // namespace

std::vector<Row> facts_of_entry(const json::object& known) {
    std::vector<Row> rows = facts_of(object_at(known, "sts"));
    if (known.contains("used")) rows.push_back({{"Last asked for", Tone::strong}, moment_at(known, "used")});
    if (text_at(known, "held_in") == "store")
        rows.push_back({{"Held", Tone::strong}, {"by the store alone, until Postfix asks for it"}});
    add_dane(rows, known);
    add_override(rows, object_at(known, "override"));
    return rows;
}

std::vector<Row> answers_of(const json::object& known) {
    std::vector<Row> rows;
    each(array_at(known, "answers"), [&](const json::object& answer) {
        std::string text =
            answer.contains("answer") ? text_at(answer, "answer") : "(is looked up when Postfix asks)";
        if (answer.contains("withheld"))
            text += " instead of " + text_at(answer, "withheld") + " (monitor mode)";
        rows.push_back({text_at(answer, "map"), std::move(text)});
    });
    return rows;
}

}  // namespace tlspolicy::cli
