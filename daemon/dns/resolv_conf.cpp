#include "dns/resolv_conf.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <optional>

namespace tlspolicy::dns {
namespace {

constexpr std::size_t max_scope = 15;  // IFNAMSIZ without its NUL

bool is_scope(std::string_view text) {
    return !text.empty() && text.size() <= max_scope && std::all_of(text.begin(), text.end(), [](char c) {
        return ascii::is_printable(c) && !ascii::is_blank(c) && c != '/' && c != '%';
    });
}

std::optional<NameServer> parse_server(std::string_view text) {
    const std::size_t percent = text.find('%');
    auto address = IpAddress::parse(text.substr(0, percent));
    if (!address) return std::nullopt;
    NameServer server{*address};
    if (percent == std::string_view::npos) return server;
    const std::string_view scope = text.substr(percent + 1);
    if (address->is_v4() || !is_scope(scope)) return std::nullopt;
    server.scope = scope;
    return server;
}

/// The next word, up to a blank or the end.
std::string_view first_word(std::string_view text) {
    return text.substr(0, std::min(text.find_first_of(" \t"), text.size()));
}

std::optional<NameServer> parse_line(std::string_view line) {
    constexpr std::string_view keyword = "nameserver";
    line = line.substr(0, std::min(line.find_first_of("#;\r"), line.size()));
    line = ascii::trim(line);
    if (first_word(line) != keyword) return std::nullopt;
    return parse_server(first_word(ascii::trim(line.substr(keyword.size()))));
}

}  // namespace

Result<std::vector<NameServer>> parse_resolv_conf(std::string_view text) {
    std::vector<NameServer> servers;
    while (!text.empty() && servers.size() < max_name_servers) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (auto server = parse_line(text.substr(0, end));
            server && std::find(servers.begin(), servers.end(), *server) == servers.end())
            servers.push_back(std::move(*server));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (servers.empty()) return Error(ErrorKind::syntax, "no usable nameserver line");
    return servers;
}

}  // namespace tlspolicy::dns
