#include "config/listeners.hpp"

#include "base/ascii.hpp"
#include "config/endpoints.hpp"
#include "config/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace tlspolicy::config {
namespace {

using server::Listener;
using server::TcpEndpoint;
using server::UnixEndpoint;

/// A user or group; whether there is one is seen when the socket is made.
Result<std::string> parse_account(std::string_view text) {
    constexpr std::size_t longest = 64;
    const bool valid =
        !text.empty() && text.size() <= longest && text.front() != '-'
        && std::all_of(text.begin(), text.end(), [](char c) {
               return ascii::is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '$';
           });
    if (!valid) return Error(ErrorKind::syntax, "is not a name; allowed: letters, digits, '_', '-', '.'");
    return std::string(text);
}

void refuse_keys(Section& item, std::initializer_list<std::string_view> keys, std::string_view why) {
    for (const std::string_view key : keys)
        if (const Node* node = item.present(key)) item.wrong(key, *node, why);
}

Result<TcpEndpoint> parse_table_endpoint(std::string_view text) {
    auto endpoint = parse_endpoint(text);
    if (endpoint && std::holds_alternative<TcpEndpoint>(*endpoint)) return std::get<TcpEndpoint>(*endpoint);
    return Error(ErrorKind::syntax,
                 "is not an IP address and port (Postfix reaches a tcp_table by TCP only); allowed: "
                 "\"127.0.0.1:8462\", \"[::1]:8462\"");
}

Result<std::string> parse_map(std::string_view text) {
    return std::string(text);
}

/// Fills `endpoint` where the item is a tcp_table; returns its map, "" where it is none.
std::string read_table(Section& item, std::optional<decltype(Listener::endpoint)>& endpoint) {
    std::optional<TcpEndpoint> table;
    std::string map;
    item.value("tcp_table", table, parse_table_endpoint);
    item.value("map", map, parse_map);
    const Node* written = item.present("tcp_table");
    if (written == nullptr) {
        refuse_keys(item, {"map"}, "is for tcp_table; with socketmap Postfix names the map");
        return {};
    }
    if (item.present("socketmap") != nullptr)
        item.wrong("tcp_table", *written, "cannot share an item with socketmap; write two items");
    if (map.empty()) item.wrong("tcp_table", *written, "needs a map, e.g. map: postfix");
    if (table) endpoint = *table;
    return map;
}

void read_item(Section& item, std::optional<Listener>& listener) {
    const auto findings_before = item.report().findings.size();
    auto endpoint = std::optional<decltype(Listener::endpoint)>();
    item.value("socketmap", endpoint, parse_endpoint);
    const std::string table_map = read_table(item, endpoint);
    if (!endpoint && item.report().findings.size() == findings_before)
        item.report().error(item.line(),
                            "listen: an item needs an address, e.g. socketmap: \"127.0.0.1:8461\"");
    UnixEndpoint unix_options;
    item.value("mode", unix_options.mode, parse_file_mode);
    item.value("owner", unix_options.owner, parse_account);
    item.value("group", unix_options.group, parse_account);
    std::vector<IpNetwork> allow;
    item.list("allow", allow, parse_network);
    if (!endpoint) return;
    if (auto* path = std::get_if<UnixEndpoint>(&*endpoint)) {
        refuse_keys(item, {"allow"},
                    "is for TCP; who may use a Unix socket is said by mode, owner and group");
        unix_options.path = std::move(path->path);
        listener = Listener{std::move(unix_options)};
    } else {
        refuse_keys(item, {"mode", "owner", "group"}, "is for Unix sockets; use allow for TCP");
        listener = Listener{std::move(*endpoint), std::move(allow), table_map};
    }
}

void check_allow(const Listener& listener, std::string_view key, unsigned line, std::string_view whose,
                 Report& report) {
    const auto* tcp = std::get_if<TcpEndpoint>(&listener.endpoint);
    if (tcp != nullptr && !tcp->address.is_loopback() && listener.allow.empty())
        report.warning(line, fmt::format("{}: {} has no allow: only clients on loopback addresses will be "
                                         "served; list the networks of the {} in allow",
                                         key, tcp->address.text(), whose));
}

void check(const Listener& listener, unsigned line, const std::vector<Listener>& before, Report& report) {
    if (std::any_of(before.begin(), before.end(),
                    [&](const Listener& other) { return same_place(listener.endpoint, other.endpoint); }))
        report.error(line, "listen: this address is listed twice; allowed: once");
    check_allow(listener, "listen", line, "mail servers", report);
}

}  // namespace

void read_listeners(Section& top, std::vector<Listener>& listeners) {
    const auto items = top.items("listen");
    const Node* given = top.present("listen");
    if (given == nullptr) return;
    std::vector<Listener> read;
    for (const Node& node : items) {
        std::optional<Listener> listener;
        if (node.kind == Node::Kind::scalar) {
            const auto endpoint = parse_endpoint(node.text);
            if (endpoint)
                listener = Listener{*endpoint};
            else
                top.wrong("listen", node, shown(node.text) + ' ' + endpoint.error().message());
        } else {
            Section::read(node, "listen", top.report(), [&](Section& item) { read_item(item, listener); });
        }
        if (!listener) continue;
        check(*listener, node.line, read, top.report());
        read.push_back(std::move(*listener));
    }
    if (items.empty()) top.wrong("listen", *given, "is an empty list; leave the key out for 127.0.0.1:8461");
    if (!read.empty()) listeners = std::move(read);
}

void read_http(Section& top, std::optional<Listener>& listener) {
    const auto items = top.items("http");
    if (items.size() > 1) return top.wrong("http", items.back(), "is one address, not a list of them");
    for (const Node& node : items) {
        if (node.kind == Node::Kind::scalar && node.text == "off") {
            listener.reset();
            continue;
        }
        std::optional<decltype(Listener::endpoint)> endpoint;
        std::vector<IpNetwork> allow;
        if (node.kind == Node::Kind::scalar) {
            auto parsed = parse_endpoint(node.text);
            if (parsed)
                endpoint = std::move(*parsed);
            else
                top.wrong("http", node, shown(node.text) + ' ' + parsed.error().message() + ", or \"off\"");
        } else {
            Section::read(node, "http", top.report(), [&](Section& http) {
                http.value("address", endpoint, parse_endpoint);
                http.list("allow", allow, parse_network);
                if (http.present("address") == nullptr)
                    http.report().error(http.line(), "http: needs an address, e.g. address: 127.0.0.1:8463");
            });
        }
        if (!endpoint) continue;
        listener = Listener{std::move(*endpoint), std::move(allow)};
        check_allow(*listener, "http", node.line, "Prometheus servers", top.report());
    }
}

}  // namespace tlspolicy::config
