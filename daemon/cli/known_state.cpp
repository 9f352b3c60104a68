#include "cli/known_state.hpp"

#include "cli/json_reader.hpp"

#include <fmt/format.h>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;

std::string joined(const json::array& items) {
    std::string all;
    for (const json::value& item : items)
        if (item.is_string()) all.append(all.empty() ? "" : " ").append(std::string_view(item.get_string()));
    return all;
}

void add(std::vector<Row>& rows, std::string name, std::string value, Tone tone = Tone::plain) {
    rows.push_back({{std::move(name), Tone::strong}, {std::move(value), tone}});
}

bool is_policy(const json::object& state) {
    return state.contains("expires");
}

}  // namespace

std::string in_short(const json::object& state) {
    const std::string kind = text_at(state, "kind");
    if (is_policy(state))
        return fmt::format("{}, id {}{}", kind, text_at(state, "id"),
                           is_true_at(state, "expired") ? ", expired" : "");
    if (kind == "no-record") return "no record: this domain does not do MTA-STS";
    if (kind == "unavailable") return "no policy to apply, because something failed";
    return "nothing known";
}

std::string failure_of(const json::object& state) {
    const json::object& failure = object_at(state, "failure");
    if (failure.empty()) return {};
    return fmt::format("{}: {} ({} in a row; not tried again before {})", text_at(failure, "class"),
                       text_at(failure, "reason"), text_at(failure, "count"), moment_at(failure, "retry"));
}

std::vector<Row> facts_of(const json::object& state) {
    std::vector<Row> rows;
    add(rows, "MTA-STS", in_short(state));
    if (is_policy(state)) {
        add(rows, "Mail servers", joined(array_at(state, "mx")));
        add(rows, "Fetched", moment_at(state, "fetched"));
        add(rows, "Record seen", moment_at(state, "checked"));
        add(rows, "Record is due", moment_at(state, "recheck"));
        add(rows, "Policy is due", moment_at(state, "refresh"));
        add(rows, "Expires", moment_at(state, "expires"));
    } else if (state.contains("believed_until")) {
        add(rows, "Believed until", moment_at(state, "believed_until"));
    }
    if (auto failure = failure_of(state); !failure.empty())
        add(rows, "Failure", std::move(failure), Tone::bad);
    return rows;
}

}  // namespace tlspolicy::cli
