#include "cli/bulk_report.hpp"

#include "cli/progress.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <sstream>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t endless = std::numeric_limits<std::size_t>::max();

std::vector<BulkRow> rows() {
    return {
        {"example.com", std::string("OK secure match=mx.example.com servername=hostname"),
         std::string("OK may")},
        {"none.example", std::string("NOTFOUND "), std::string("NOTFOUND ")},
        {"lost.example", std::string("TEMP DANE: why"), Error(ErrorKind::system, "it closes the connection")},
        {"mute.example", Error(ErrorKind::system, "Connection refused"), std::string("NOTFOUND ")}};
}

}  // namespace

TEST_CASE("answers make a table, a line a name") {
    CHECK(to_table(rows(), Columns::one, Palette(false), endless)
          == R"(example.com   OK secure match=mx.example.com servername=hostname
none.example  NOTFOUND
lost.example  TEMP DANE: why
mute.example  failed: Connection refused
)");
}

TEST_CASE("differences are told octet by octet, one answer above the other") {
    const auto different = differences(rows());
    REQUIRE(different.size() == 3);
    CHECK(to_table(different, Columns::both, Palette(false), endless)
          == R"(example.com   here   OK secure match=mx.example.com servername=hostname
              there  OK may
lost.example  here   TEMP DANE: why
              there  failed: it closes the connection
mute.example  here   failed: Connection refused
              there  NOTFOUND
)");
    CHECK(
        to_json_lines(different, Columns::both)
        == R"({"schema":1,"key":"example.com","answer":"OK secure match=mx.example.com servername=hostname","other":"OK may"}
{"schema":1,"key":"lost.example","answer":"TEMP DANE: why","other_error":"it closes the connection"}
{"schema":1,"key":"mute.example","answer_error":"Connection refused","other":"NOTFOUND "}
)");
}

TEST_CASE("a table for postmap holds policies alone, each domain once, in the form that Postfix looks up") {
    auto all = rows();
    all.push_back({"EXAMPLE.com.", std::string("OK may")});
    all.push_back({"[Relay.example]:587", std::string("OK dane-only")});
    all.push_back({"# nothing", std::string("OK may")});
    const WallTime now(std::chrono::seconds(1'764'042'780));
    CHECK(to_postmap(all, "QUERY", now)
          == R"(# TLS policies, the answers of the map QUERY on 2025-11-25 03:53 UTC.
# This table ages: a domain may change its policy at any time, and its mail is held where an old one
# no longer fits. Make it anew at least daily, or ask tlspolicyd, which does so by itself.
example.com  secure match=mx.example.com servername=hostname
# lost.example: TEMP DANE: why
# mute.example: not answered: Connection refused
[relay.example]:587  dane-only
)");
}

TEST_CASE("only OK and NOTFOUND are answers to go by, and PERM is a problem") {
    struct Case {
        std::vector<Result<std::string>> said;
        Exit exit;
    };
    const Error silence(ErrorKind::system, "it closes the connection");
    const Case cases[] = {
        {{std::string("OK may"), std::string("NOTFOUND ")}, Exit::fine},
        {{}, Exit::fine},
        {{std::string("OK may"), std::string("TEMP why")}, Exit::unknown},
        {{std::string("TIMEOUT why"), std::string("OK may")}, Exit::unknown},
        {{std::string("OK may"), silence}, Exit::unknown},
        {{std::string("anything"), std::string("OK may")}, Exit::unknown},
        {{std::string("PERM unknown map"), std::string("OK may")}, Exit::problem},
        {{silence, std::string("TEMP why"), std::string("PERM unknown map")}, Exit::problem},
    };
    for (const auto& [said, exit] : cases) {
        std::vector<BulkRow> one;
        std::vector<BulkRow> both;
        for (const auto& each : said) {
            one.push_back({"example.com", each});
            both.push_back({"example.com", std::string("OK may"), each});
        }
        CHECK(exit_of(one, Columns::one) == exit);
        CHECK(exit_of(both, Columns::both) == exit);
        CHECK(open_names(one, Columns::one).empty() == (exit == Exit::fine));
    }
    CHECK(open_names(rows(), Columns::one)
          == "2 of 4 names have no definite answer, the first is lost.example: TEMP DANE: why");
    CHECK(open_names({{"a.example", std::string("OK may"), silence}}, Columns::both)
          == "1 of 1 names have no definite answer, the first is a.example: it closes the connection");
}

TEST_CASE("no server can put entries into a table for postmap that nobody asked for") {
    const std::vector<BulkRow> hostile = {
        {"a.example", std::string("OK may\nvictim.example  none")},
        {"b.example", std::string("OK may\xc2\x9b")},
        {"c.example", std::string("TEMP why\nvictim.example  none")},
        {"d.example", std::string("OK ")},
        {"e.example", std::string("OK  may")},
        {"f.example", Error(ErrorKind::system, "a\nvictim.example  none")},
    };
    const auto table = to_postmap(hostile, "QUERY\nvictim.example none", WallTime());
    CHECK(table.find("\nvictim") == std::string::npos);
    CHECK(table.substr(table.find("# a.example"))
          == R"(# a.example: left out, because it is not printable ASCII: may\x0avictim.example  none
# b.example: left out, because it is not printable ASCII: may\xc2\x9b
# c.example: TEMP why\x0avictim.example  none
# d.example: left out, because the answer is empty
e.example  may
# f.example: not answered: a\x0avictim.example  none
)");
}

TEST_CASE("a bar is drawn on a terminal alone, and is gone at the end") {
    CHECK(bar(1, 4) == "[##########                              ] 1 of 4");
    CHECK(bar(4, 4) == "[########################################] 4 of 4");
    std::ostringstream terminal;
    std::ostringstream file;
    {
        Progress drawn(terminal, Progress::On::terminal, "asking", 2);
        Progress hidden(file, Progress::On::nothing, "asking", 2);
        drawn.show(1);
        hidden.show(1);
    }
    CHECK(terminal.str() == "\r\x1b[Kasking [####################                    ] 1 of 2\r\x1b[K");
    CHECK(file.str().empty());
}

}  // namespace tlspolicy::cli
