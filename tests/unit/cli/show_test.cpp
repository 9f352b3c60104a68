#include "cli/show.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tlspolicy::cli {
namespace {

std::string shown(const boost::json::object& known) {
    return to_text(known, Palette(false), std::numeric_limits<std::size_t>::max());
}

}  // namespace

TEST_CASE("what is known of a domain is told row by row, the policy last") {
    const boost::json::object known{
        {"domain", "example.com"},
        {"sts",
         {{"kind", "enforce"},
          {"id", "id1"},
          {"mx", boost::json::array{"mx.example.com"}},
          {"expires", {{"at", "2027-01-16T08:00:00Z"}, {"in", 86400}}},
          {"lines", {"version: STSv1", "mode: enforce"}}}},
        {"answers", {{{"map", "postfix"}, {"answer", "OK may"}}, {{"map", "QUERY"}, {"source", "lookup"}}}}};
    CHECK(shown(known) == R"(Domain         example.com
MTA-STS        enforce, id id1
Mail servers   mx.example.com
Fetched        never
Record seen    never
Record is due  never
Policy is due  never
Expires        2027-01-16T08:00:00Z (in 1d)

Answers now, by map
  postfix  OK may
  QUERY    (is looked up when Postfix asks)

Policy
  version: STSv1
  mode: enforce
)");
}

TEST_CASE("it is told that only the store holds a policy") {
    const boost::json::object known{{"domain", "example.com"}, {"held_in", "store"}};
    CHECK(shown(known).find("\nHeld     by the store alone, until Postfix asks for it\n")
          != std::string::npos);
}

TEST_CASE("a policy cannot speak to the terminal, not even past a daemon that does not escape it") {
    const auto policy = [](const char* line) {
        return shown({{"sts", {{"kind", "enforce"}, {"lines", boost::json::array{line}}}}});
    };
    CHECK(policy("note: \xc2\x9b"
                 "2J\xe2\x80\xae")
              .find("\n  note: \\xc2\\x9b2J\\xe2\\x80\\xae\n")
          != std::string::npos);
    CHECK(policy("note: \\xc2\\x9b").find("\n  note: \\xc2\\x9b\n") != std::string::npos);  // once is enough
}

}  // namespace tlspolicy::cli
