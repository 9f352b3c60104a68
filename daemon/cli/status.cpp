#include "cli/status.hpp"

#include "cli/json_reader.hpp"
#include "cli/table.hpp"

#include <fmt/format.h>

#include <ostream>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;

Row row(std::string name, std::string value, Tone tone = Tone::plain) {
    return {{std::move(name), Tone::strong}, {std::move(value), tone}};
}

std::string listeners(const json::object& status) {
    std::string all;
    for (const json::value& each : array_at(status, "listeners")) {
        if (!each.is_object()) continue;
        if (!all.empty()) all += ", ";
        all += text_at(each.get_object(), "protocol") + ' ' + text_at(each.get_object(), "address");
    }
    return all;
}

std::string entries(const json::object& status) {
    std::string all;
    for (const auto& [kind, count] : object_at(status, "entries"))
        all += fmt::format("{}{} {}", all.empty() ? "" : ", ", text_at(object_at(status, "entries"), kind),
                           std::string_view(kind));
    return all;
}

/// "usable" or "connected", as the daemon has it of the one and the other store.
Row store_row(std::string name, const json::object& store, std::string_view well) {
    const bool fine = is_true_at(store, well);
    std::string text = text_at(store, "path");
    if (!text.empty()) text += ", ";
    text += fine ? std::string(well) : fmt::format("not {} (see the log)", well);
    return row(std::move(name), std::move(text), fine ? Tone::good : Tone::bad);
}

Tone tone_of_resolver(std::string_view state) {
    return state == "validating" ? Tone::good : state == "not answering" ? Tone::bad : Tone::plain;
}

std::vector<Row> rows_of(const json::object& status) {
    std::vector<Row> rows = {
        row("Version", text_at(status, "version")),
        row("Started", fmt::format("{} ({} ago)", text_at(status, "started"),
                                   shown_duration(number_at(status, "uptime")))),
        row("Threads", text_at(status, "threads")),
        row("Listens", listeners(status)),
        row("Connections", fmt::format("{} of at most {}", text_at(status, "connections"),
                                       text_at(status, "max_connections"))),
        row("Lookups that wait", text_at(status, "waiting")),
        row("Domains in memory", entries(status)),
        row("Overrides", text_at(status, "overrides")),
    };
    if (const auto& store = object_at(status, "store"); !store.empty())
        rows.push_back(store_row("Store", store, "usable"));
    else
        rows.push_back(row("Store", "none: a restart forgets all policies"));
    if (const auto& store = object_at(status, "shared_store"); !store.empty())
        rows.push_back(store_row("Shared store", store, "connected"));
    const std::string resolver = text_at(status, "resolver");
    rows.push_back(row("Resolver", resolver, tone_of_resolver(resolver)));
    rows.push_back(row("Log level", text_at(status, "log_level")));
    return rows;
}

Exit judge(const json::object& status) {
    if (text_at(status, "resolver") == "not answering") return Exit::problem;
    const auto& own = object_at(status, "store");
    const auto& shared = object_at(status, "shared_store");
    const bool own_fails = !own.empty() && !is_true_at(own, "usable");
    const bool shared_fails = !shared.empty() && !is_true_at(shared, "connected");
    return own_fails || shared_fails ? Exit::warning : Exit::fine;
}

}  // namespace

void Status::declare(CLI::App& command) {
    control_.declare(command);
}

Exit Status::run(Terminal& terminal) {
    const auto reply = control_.ask("GET", "/status");
    if (!reply) return tell_failure(terminal, reply.error());
    if (const auto refused = tell_refusal(terminal, *reply)) return *refused;
    if (terminal.json)
        print(terminal, reply->body);
    else
        terminal.out << to_text(rows_of(reply->body), Palette(terminal.colour), terminal.width);
    return judge(reply->body);
}

}  // namespace tlspolicy::cli
