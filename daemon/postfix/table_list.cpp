#include "postfix/table_list.hpp"

#include <optional>

namespace tlspolicy::postfix {
namespace {

constexpr bool separates(char c) noexcept {  // CHARS_COMMA_SP
    return c == ',' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool take(std::string_view& text, std::string_view prefix) noexcept {
    if (text.substr(0, prefix.size()) != prefix) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<TableHost> parse_host(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
    auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    return TableHost{std::string(host), std::string(text.substr(colon + 1))};
}

/// "inet:HOST:PORT:MAP" or "unix:PATH:MAP" (dict_sockmap.c); the last colon is before the map.
std::optional<TableServer> parse_socketmap(std::string_view name) {
    const auto colon = name.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string map(name.substr(colon + 1));
    name = name.substr(0, colon);
    if (map.empty()) return std::nullopt;
    if (take(name, "unix:")) {
        if (name.empty()) return std::nullopt;
        return TableServer{TableSocket{std::string(name)}, map};
    }
    if (!take(name, "inet:")) return std::nullopt;
    const auto host = parse_host(name);
    if (!host) return std::nullopt;
    return TableServer{*host, map};
}

}  // namespace

Table parse_table(std::string_view text) {
    Table table;
    table.text = text;
    table.proxied = take(text, "proxy:");
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return table;
    table.type = text.substr(0, colon);
    const auto name = text.substr(colon + 1);
    if (table.type == "socketmap") {
        if (const auto server = parse_socketmap(name)) table.server = *server;
    } else if (table.type == "tcp") {
        if (const auto host = parse_host(name)) table.server = TableServer{*host};
    }
    return table;
}

std::vector<Table> parse_table_list(std::string_view value) {
    std::vector<Table> tables;
    while (true) {
        while (!value.empty() && separates(value.front()))
            value.remove_prefix(1);
        if (value.empty()) return tables;
        std::size_t end = 0;
        int depth = 0;
        for (; end < value.size() && (depth > 0 || !separates(value[end])); ++end) {
            if (value[end] == '{') ++depth;
            if (value[end] == '}' && depth > 0) --depth;
        }
        tables.push_back(parse_table(value.substr(0, end)));
        value.remove_prefix(end);
    }
}

}  // namespace tlspolicy::postfix
