#include "server/http_message.hpp"

#include <doctest/doctest.h>

using namespace tlspolicy::server;

TEST_CASE("a request's target is taken apart and decoded") {
    struct Row {
        const char* target;
        HttpTarget expected;
    };
    const Row rows[] = {
        {"/", {"/", {}}},
        {"/metrics", {"/metrics", {}}},
        {"/metrics?", {"/metrics", {}}},
        {"/a%20b", {"/a b", {}}},
        {"/a+b", {"/a+b", {}}},
        {"/a?b=c&d=e", {"/a", {{"b", "c"}, {"d", "e"}}}},
        {"/a?b=c&b=d", {"/a", {{"b", "c"}}}},
        {"/a?b", {"/a", {{"b", ""}}}},
        {"/a?&&b=1&", {"/a", {{"b", "1"}}}},
        {"/a?b=c%26d&e=f+g", {"/a", {{"b", "c&d"}, {"e", "f g"}}}},
        {"/a?b=c=d", {"/a", {{"b", "c=d"}}}},
        {"/a?b=/c?d", {"/a", {{"b", "/c?d"}}}},
        {"http://host:1/metrics?a=b", {"/metrics", {{"a", "b"}}}},  // RFC 9112, 3.2.2
        {"http://host", {"/", {}}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.target);
        const auto parsed = parse_target(row.target);
        REQUIRE(parsed);
        CHECK(*parsed == row.expected);
    }
}

TEST_CASE("what is no path has no target") {
    for (const char* target :
         {"", "*", "metrics", "host:1", "ftp://host/a", "/%", "/%4", "/%4g", "/%g4", "/a?%", "/a?b=%zz"}) {
        CAPTURE(target);
        CHECK_FALSE(parse_target(target));
    }
}
