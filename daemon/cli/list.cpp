#include "cli/list.hpp"

#include "cli/json_reader.hpp"
#include "cli/known_state.hpp"
#include "cli/table.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <vector>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t page_size = 1000;
constexpr std::size_t most = 10'000'000;

Row row_of(const json::object& entry) {
    const std::string failure = failure_of(entry);
    const json::object& expires = object_at(entry, "expires");
    return {text_at(entry, "domain"),
            text_at(entry, "kind"),
            text_at(entry, "id"),
            expires.empty() ? "" : shown_duration(number_at(expires, "in")),
            {failure, Tone::bad}};
}

void print_text(Terminal& terminal, const json::array& entries, bool more) {
    std::vector<Row> rows;
    if (!entries.empty())
        rows.push_back({{"DOMAIN", Tone::strong},
                        {"KIND", Tone::strong},
                        {"ID", Tone::strong},
                        {"EXPIRES IN", Tone::strong},
                        {"FAILURE", Tone::strong}});
    for (const json::value& entry : entries)
        if (entry.is_object()) rows.push_back(row_of(entry.get_object()));
    terminal.out << to_text(rows, Palette(terminal.colour), terminal.width);
    if (more) terminal.err << "tlspolicy: there are more than these " << entries.size() << ": see --limit\n";
}

}  // namespace

void List::declare(CLI::App& command) {
    control_.declare(command);
    command.add_option("-k,--kind", kind_,
                       "Only these: enforce, testing, none, no-record, unavailable, or failing, which is "
                       "whatever has a failure");
    command.add_option("-m,--match", match_, "Only domains that contain this text");
    command.add_option("-n,--limit", limit_, "At most so many")
        ->check(CLI::Range(std::size_t{1}, most))
        ->capture_default_str();
}

Exit List::run(Terminal& terminal) {
    json::array entries;
    std::string next;
    do {
        const std::size_t wanted = std::min(page_size, limit_ - entries.size());
        const auto target = fmt::format("/entries?kind={}&match={}&limit={}&after={}", encoded(kind_),
                                        encoded(match_), wanted, encoded(next));
        const auto reply = control_.ask("GET", target);
        if (!reply) return tell_failure(terminal, reply.error());
        if (const auto refused = tell_refusal(terminal, *reply)) return *refused;
        for (const json::value& entry : array_at(reply->body, "entries"))
            entries.push_back(entry);
        next = text_at(reply->body, "next");
    } while (!next.empty() && entries.size() < limit_);
    if (terminal.json)
        print(terminal,
              json::object{{"schema", 1}, {"entries", std::move(entries)}, {"more", !next.empty()}});
    else
        print_text(terminal, entries, !next.empty());
    return Exit::fine;
}

}  // namespace tlspolicy::cli
