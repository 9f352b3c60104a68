#include "base/domain.hpp"

#include <doctest/doctest.h>

#include <string>

using tlspolicy::Domain;

namespace {

void good(std::string_view input, std::string_view canonical) {
    CAPTURE(input);
    const auto domain = Domain::parse(input);
    REQUIRE(domain.has_value());
    CHECK(domain->text() == canonical);
}

void bad(std::string_view input) {
    CAPTURE(input);
    CHECK_FALSE(Domain::parse(input).has_value());
}

}  // namespace

TEST_CASE("a domain has one canonical form") {  // proves STS-43
    good("example.com", "example.com");
    good("EXAMPLE.Com", "example.com");
    good("example.com.", "example.com");
    good("a_b.example", "a_b.example");
    good("xn--bcher-kva.example", "xn--bcher-kva.example");
    good("bücher.example", "xn--bcher-kva.example");
    good("BÜCHER.example", "xn--bcher-kva.example");
    good("bücher。example", "xn--bcher-kva.example");  // UTS 46 maps the ideographic full stop
    good("straße.de", "xn--strae-oqa.de");             // IDNA 2008, not "strasse"
    good(std::string(63, 'a') + ".example", std::string(63, 'a') + ".example");
    good("1.2.3.4.example", "1.2.3.4.example");
}

TEST_CASE("what is not a domain is refused") {  // proves STS-43
    bad("");
    bad(".");
    bad("localhost");
    bad(".example.com");
    bad("example..com");
    bad("example.com..");
    bad("-a.example");
    bad("a-.example");
    bad("a b.example");
    bad(std::string_view("a\0.example", 10));
    bad("192.0.2.1");
    bad("example.123");
    bad("[192.0.2.1]");
    bad("2001:db8::1");
    bad("\xff\xfe.example");
    bad(std::string_view("b\xc3\xbc\0cher.example", 16));
    bad(std::string(64, 'a') + ".example");
    bad(std::string(2000, 'a'));
    bad(std::string(2000, '\xc3'));
}

TEST_CASE("a label is put in front while the name stays short enough") {
    const auto domain = Domain::parse("example.com");
    REQUIRE(domain.has_value());
    CHECK(domain->below("_mta-sts")->text() == "_mta-sts.example.com");

    std::string longest;
    while (longest.size() < 240)
        longest += "abcdefgh.";
    longest += "example";
    const auto nearly_full = Domain::parse(longest);
    REQUIRE(nearly_full.has_value());
    CHECK_FALSE(nearly_full->below("_mta-sts").has_value());
}
