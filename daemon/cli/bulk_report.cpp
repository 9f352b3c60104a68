#include "cli/bulk_report.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "cli/table.hpp"
#include "postfix/lookup_key.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <unordered_set>

namespace tlspolicy::cli {
namespace {

constexpr std::string_view ok = "OK ";
constexpr std::string_view not_found = "NOTFOUND ";
constexpr std::string_view refused = "PERM ";

Cell cell_of(const Result<std::string>& said) {
    if (!said) return {"failed: " + printable(said.error().message()), Tone::bad};
    const auto text = printable(ascii::trim(*said), said->size());
    if (said->starts_with(ok)) return {text, Tone::good};
    return {text, *said == not_found ? Tone::plain : Tone::doubtful};
}

void add(boost::json::object& object, std::string_view name, const Result<std::string>& said) {
    if (said)
        object[name] = printable(*said, said->size());
    else
        object[fmt::format("{}_error", name)] = printable(said.error().message());
}

bool is_definite(const Result<std::string>& said) noexcept {
    return said && (said->starts_with(ok) || said->starts_with(not_found));
}

bool is_refused(const Result<std::string>& said) noexcept {
    return said && said->starts_with(refused);
}

/// nullptr: all that was said of the name is definite.
const Result<std::string>* open_answer(const BulkRow& row, Columns columns) noexcept {
    if (!is_definite(row.said)) return &row.said;
    return columns == Columns::both && !is_definite(row.other) ? &row.other : nullptr;
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), ascii::is_printable);
}

/// The line of one answer; empty: it needs none. A line end within an answer would begin an entry of its own.
std::string postmap_line(std::string_view key, const std::string& said) {
    if (said.starts_with(not_found)) return {};
    if (!said.starts_with(ok)) return fmt::format("# {}: {}\n", key, printable(said, said.size()));
    const auto value = ascii::trim(std::string_view(said).substr(ok.size()));
    if (!is_plain(said))
        return fmt::format("# {}: left out, because it is not printable ASCII: {}\n", key,
                           printable(value, value.size()));
    if (value.empty()) return fmt::format("# {}: left out, because the answer is empty\n", key);
    return fmt::format("{}  {}\n", key, value);
}

/// The key as postmap(1) reads it back: no blanks, no '#' at its begin, lower case.
std::string table_key(const std::string& key) {
    const auto parsed = postfix::LookupKey::parse(key);
    if (!parsed) return {};
    if (!parsed->bracketed() && !parsed->port()) return std::string(parsed->domain().text());
    std::string lower = key;
    std::transform(lower.begin(), lower.end(), lower.begin(), ascii::to_lower);
    return lower;
}

}  // namespace

std::vector<BulkRow> differences(std::vector<BulkRow> rows) {
    std::erase_if(rows, [](const BulkRow& row) { return row.said && row.other && *row.said == *row.other; });
    return rows;
}

Exit exit_of(const std::vector<BulkRow>& rows, Columns columns) noexcept {
    Exit exit = Exit::fine;
    for (const BulkRow& row : rows) {
        if (is_refused(row.said) || (columns == Columns::both && is_refused(row.other))) return Exit::problem;
        if (open_answer(row, columns) != nullptr) exit = Exit::unknown;
    }
    return exit;
}

std::string open_names(const std::vector<BulkRow>& rows, Columns columns) {
    std::size_t count = 0;
    std::string first;
    for (const BulkRow& row : rows) {
        const auto* said = open_answer(row, columns);
        if (said == nullptr || ++count > 1) continue;
        const auto words = *said ? std::string(ascii::trim(**said)) : said->error().message();
        first = fmt::format("{}: {}", printable(row.key), printable(words));
    }
    if (count == 0) return {};
    return fmt::format("{} of {} names have no definite answer, the first is {}", count, rows.size(), first);
}

std::string to_table(const std::vector<BulkRow>& rows, Columns columns, const Palette& palette,
                     std::size_t width) {
    std::vector<Row> table;
    for (const BulkRow& row : rows) {
        if (columns == Columns::one) {
            table.push_back({printable(row.key), cell_of(row.said)});
            continue;
        }
        // One above the other: two answers side by side fit on no terminal.
        table.push_back({{printable(row.key), Tone::strong}, {"here"}, cell_of(row.said)});
        table.push_back({{""}, {"there"}, cell_of(row.other)});
    }
    return to_text(table, palette, width);
}

std::string to_json_lines(const std::vector<BulkRow>& rows, Columns columns) {
    std::string lines;
    for (const BulkRow& row : rows) {
        boost::json::object object{{"schema", 1}, {"key", printable(row.key)}};
        add(object, "answer", row.said);
        if (columns == Columns::both) add(object, "other", row.other);
        lines.append(boost::json::serialize(object)).append("\n");
    }
    return lines;
}

std::string to_postmap(const std::vector<BulkRow>& rows, std::string_view map, WallTime now) {
    std::string text = fmt::format(
        "# TLS policies, the answers of the map {} on {:%F %H:%M} UTC.\n"
        "# This table ages: a domain may change its policy at any time, and its mail is held where an old "
        "one\n"
        "# no longer fits. Make it anew at least daily, or ask tlspolicyd, which does so by itself.\n",
        printable(map), std::chrono::floor<std::chrono::minutes>(now));
    std::unordered_set<std::string> seen;  // postmap(1) warns of a key that is there twice
    for (const BulkRow& row : rows) {
        const std::string key = table_key(row.key);
        if (!key.empty() && !seen.insert(key).second) continue;
        if (!row.said)
            text += fmt::format("# {}: not answered: {}\n", printable(row.key),
                                printable(row.said.error().message()));
        else if (!key.empty())
            text += postmap_line(key, *row.said);
    }
    return text;
}

}  // namespace tlspolicy::cli
