#include "postfix/table_list.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::postfix {
namespace {

using Texts = std::vector<std::string>;

Texts texts_of(std::string_view value) {
    Texts texts;
    for (const Table& table : parse_table_list(value))
        texts.push_back(table.text);
    return texts;
}

TEST_CASE("a list of tables is split at commas and blanks, but not within braces") {
    struct Example {
        std::string_view value;
        Texts expected;
    };
    const Example examples[] = {
        {"", {}},
        {" , ,\t", {}},
        {"texthash:/etc/a", {"texthash:/etc/a"}},
        {"texthash:/etc/a, texthash:/etc/b", {"texthash:/etc/a", "texthash:/etc/b"}},
        {"texthash:/etc/a\n\ttexthash:/etc/b", {"texthash:/etc/a", "texthash:/etc/b"}},
        {"inline:{ {a.example = may}, {b.example = encrypt} },socketmap:inet:h:1:m",
         {"inline:{ {a.example = may}, {b.example = encrypt} }", "socketmap:inet:h:1:m"}},
        {"inline:{open, for ever", {"inline:{open, for ever"}},
        {"closed}, b:c", {"closed}", "b:c"}},  // as mystrtokq() does
    };
    for (const auto& example : examples) {
        CAPTURE(example.value);
        CHECK(texts_of(example.value) == example.expected);
    }
}

TEST_CASE("tables are known by their type, and their servers by host, path and map") {
    const auto host = [](const char* name, const char* port, const char* map) {
        return TableServer{TableHost{name, port}, map};
    };
    struct Example {
        std::string_view text;
        std::string_view type;
        bool proxied;
        std::variant<NoServer, TableServer> server;
    };
    const Example examples[] = {
        {"socketmap:inet:127.0.0.1:8461:postfix", "socketmap", false, host("127.0.0.1", "8461", "postfix")},
        {"socketmap:inet:[::1]:8461:QUERY", "socketmap", false, host("::1", "8461", "QUERY")},
        {"socketmap:inet:::1:8461:QUERY", "socketmap", false, host("::1", "8461", "QUERY")},
        {"proxy:socketmap:inet:policy.example:sts:m", "socketmap", true, host("policy.example", "sts", "m")},
        {"socketmap:unix:tlspolicyd/socketmap:QUERY", "socketmap", false,
         TableServer{TableSocket{"tlspolicyd/socketmap"}, "QUERY"}},
        {"socketmap:unix:/run/a:b:QUERY", "socketmap", false, TableServer{TableSocket{"/run/a:b"}, "QUERY"}},
        {"tcp:127.0.0.1:8462", "tcp", false, host("127.0.0.1", "8462", "")},
        {"texthash:/etc/postfix/tls_policy", "texthash", false, NoServer{}},
        {"/etc/postfix/tls_policy", "", false, NoServer{}},
        {"socketmap:inet:127.0.0.1:8461", "socketmap", false, NoServer{}},  // the port would be the map
        {"socketmap:inet:127.0.0.1:8461:", "socketmap", false, NoServer{}},
        {"socketmap:unix::QUERY", "socketmap", false, NoServer{}},
        {"socketmap:127.0.0.1:8461:QUERY", "socketmap", false, NoServer{}},
        {"socketmap:", "socketmap", false, NoServer{}},
        {"tcp:8462", "tcp", false, NoServer{}},
        {"tcp::8462", "tcp", false, NoServer{}},
    };
    for (const auto& example : examples) {
        CAPTURE(example.text);
        const Table table = parse_table(example.text);
        CHECK(table.text == example.text);
        CHECK(table.type == example.type);
        CHECK(table.proxied == example.proxied);
        CHECK(table.server == example.server);
    }
}

}  // namespace
}  // namespace tlspolicy::postfix
