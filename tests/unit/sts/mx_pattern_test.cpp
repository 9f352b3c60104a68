#include "sts/mx_pattern.hpp"

#include <doctest/doctest.h>

#include <string>

using tlspolicy::Domain;
using tlspolicy::sts::MxPattern;

namespace {

void good(std::string_view value, std::string_view text, std::string_view match_text) {
    CAPTURE(value);
    const auto pattern = MxPattern::parse(value);
    REQUIRE(pattern.has_value());
    CHECK(pattern->text() == text);
    CHECK(pattern->match_text() == match_text);
    CHECK(pattern->wildcard() == (text.front() == '*'));
}

void bad(std::string_view value) {
    CAPTURE(value);
    const auto pattern = MxPattern::parse(value);
    REQUIRE(pattern.has_error());
    CHECK(pattern.error().kind() == tlspolicy::ErrorKind::invalid);
    CHECK(pattern.error().message().substr(0, 4) == "mx \"");
}

bool matches(std::string_view pattern, std::string_view mx) {
    return MxPattern::parse(pattern).value().matches(Domain::parse(mx).value());
}

std::string name_of_length(std::size_t length) {
    std::string name = "a.example";
    while (name.size() < length)
        name.insert(0, name.size() + 2 <= length && name.find('.') >= 60 ? "a." : "a");
    return name;
}

}  // namespace

TEST_CASE("an mx is a name or a wildcard, answered in lower case") {  // proves STS-16, STS-40
    good("mx.example.com", "mx.example.com", "mx.example.com");
    good("MX.Example.COM", "mx.example.com", "mx.example.com");
    good("mx.example.com.", "mx.example.com", "mx.example.com");
    good("*.example.com", "*.example.com", ".example.com");
    good("*.Example.com.", "*.example.com", ".example.com");
    good("example.com", "example.com", "example.com");
    good("_mx-1.example.com", "_mx-1.example.com", "_mx-1.example.com");
    good("xn--bcher-kva.example", "xn--bcher-kva.example", "xn--bcher-kva.example");
    good(name_of_length(253), name_of_length(253), name_of_length(253));
    good(std::string(63, 'a') + ".example", std::string(63, 'a') + ".example",
         std::string(63, 'a') + ".example");
}

TEST_CASE("an mx that could mean anything else to Postfix is refused") {  // proves STS-16
    bad("");
    bad("*");
    bad("*.");
    bad(".");
    bad("*.com");     // at least two labels
    bad("hostname");  // Postfix's own keywords
    bad("nexthop");
    bad("dot-nexthop");
    bad(".example.com");  // Postfix's wildcard, not RFC 8461's
    bad("**.example.com");
    bad("*.*.example.com");  // a wildcard is the whole left-most label alone
    bad("mx.*.example.com");
    bad("m*.example.com");
    bad("*mx.example.com");
    bad("*example.com");
    bad("192.0.2.1");  // address literals
    bad("[192.0.2.1]");
    bad("*.192.0.2.1");
    bad("2001:db8::1");
    bad("[IPv6:2001:db8::1]");
    bad("mx.example.com mx2.example.com");  // injections
    bad("mx.example.com:mx2.example.com");
    bad("mx.example.com}");
    bad("{mx.example.com");
    bad("mx.example.com servername=x.example.com");
    bad("a=b.example.com");
    bad("mx.example.com,x");
    bad("mx\t.example.com");
    bad("mx.example.com\r");
    bad("mx.example.com\nmode: none");
    bad(std::string_view("mx\0.example.com", 15));
    bad("m\xc3\xbcller.example");  // A-labels only
    bad("mx.example\xe3\x80\x82"
        "com");  // a dot of another script
    bad("mx..example.com");
    bad("mx.example.com..");
    bad("-mx.example.com");
    bad(std::string(64, 'a') + ".example");
    bad(std::string(300, 'a') + ".example");
    bad(name_of_length(254));
}

TEST_CASE("a wildcard stands for exactly one label") {  // proves STS-16
    CHECK(matches("mx.example.com", "MX.example.com."));
    CHECK_FALSE(matches("mx.example.com", "mx2.example.com"));
    CHECK_FALSE(matches("example.com", "mx.example.com"));
    CHECK(matches("*.example.com", "mx.example.com"));
    CHECK(matches("*.EXAMPLE.com", "MX.example.com"));
    CHECK_FALSE(matches("*.example.com", "example.com"));
    CHECK_FALSE(matches("*.example.com", "a.mx.example.com"));
    CHECK_FALSE(matches("*.example.com", "mx.badexample.com"));
    CHECK_FALSE(matches("*.example.com", "badexample.com"));
}
