#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The value of smtp_tls_policy_maps: tables, each "type:name", apart by commas and blanks, which do not
/// count within braces (maps.c, mystrtokq()).
namespace tlspolicy::postfix {

/// "inet:HOST:PORT": an address, perhaps in brackets, or a name; a number, or a service's name.
struct TableHost {
    std::string host;
    std::string port;

    friend bool operator==(const TableHost&, const TableHost&) = default;
};

/// "unix:PATH", relative to the queue directory or absolute.
struct TableSocket {
    std::string path;

    friend bool operator==(const TableSocket&, const TableSocket&) = default;
};

/// A server that speaks socketmap_table(5), or tcp_table(5) where it names no map.
struct TableServer {
    std::variant<TableHost, TableSocket> where;
    std::string map = {};

    friend bool operator==(const TableServer&, const TableServer&) = default;
};

struct NoServer {
    friend bool operator==(const NoServer&, const NoServer&) = default;
};

struct Table {
    std::string text;      ///< as it is written
    std::string type;      ///< "socketmap", "texthash"; without "proxy:"; empty: it has no type
    bool proxied = false;  ///< asked through proxymap(8)
    std::variant<NoServer, TableServer> server = {};

    friend bool operator==(const Table&, const Table&) = default;
};

Table parse_table(std::string_view text);
std::vector<Table> parse_table_list(std::string_view value);

}  // namespace tlspolicy::postfix
