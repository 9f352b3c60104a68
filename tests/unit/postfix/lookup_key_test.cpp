#include "postfix/lookup_key.hpp"

#include "unit/allocations.hpp"

#include <doctest/doctest.h>

#include <string>

using tlspolicy::postfix::LookupKey;

namespace {

constexpr std::optional<std::uint16_t> no_port;

LookupKey good(std::string_view key, std::string_view domain) {
    CAPTURE(key);
    const auto parsed = LookupKey::parse(key);
    REQUIRE(parsed.has_value());
    CHECK(parsed->domain().text() == domain);
    return *parsed;
}

void plain(std::string_view key, std::string_view domain, std::optional<std::uint16_t> port = no_port) {
    const LookupKey parsed = good(key, domain);
    CHECK_FALSE(parsed.bracketed());
    CHECK(parsed.port() == port);
}

void bracketed(std::string_view key, std::string_view domain, std::optional<std::uint16_t> port = no_port) {
    const LookupKey parsed = good(key, domain);
    CHECK(parsed.bracketed());
    CHECK(parsed.port() == port);
}

void bad(std::string_view key) {
    CAPTURE(key);
    CHECK_FALSE(LookupKey::parse(key).has_value());
}

}  // namespace

TEST_CASE("every form of next hop that Postfix knows is understood") {  // proves STS-43
    plain("example.com", "example.com");
    plain("EXAMPLE.Com", "example.com");
    plain("example.com.", "example.com");
    plain("1und1.de", "1und1.de");
    plain("4.example", "4.example");
    plain("22.2_9", "22.2_9");
    plain("a_b.example", "a_b.example");
    plain("example.com:25", "example.com", 25);
    plain("example.com.:65535", "example.com", 65535);
    plain("example.com:00025", "example.com", 25);
    plain("example.com:smtp", "example.com", 25);  // the services of mail
    plain("example.com:submission", "example.com", 587);
    plain("example.com:submissions", "example.com", 465);
    plain("example.com:smtps", "example.com", 465);
    plain("example.com:lmtp", "example.com");  // another's number is not ours to know
    plain("example.com:8bit-smtp", "example.com");
    bracketed("[mx.example.com]", "mx.example.com");
    bracketed("[MX.example.com.]", "mx.example.com");
    bracketed("[mx.example.com]:587", "mx.example.com", 587);
    bracketed("[mx.example.com]:submission", "mx.example.com", 587);
    bracketed("[1und1.de]:1", "1und1.de", 1);
}

TEST_CASE("U-labels become A-labels") {  // proves STS-43
    plain("bücher.example", "xn--bcher-kva.example");
    plain("BÜCHER.example.", "xn--bcher-kva.example");
    plain("bücher。example", "xn--bcher-kva.example");  // an ideographic full stop is the only dot
    plain("例え.テスト:25", "xn--r8jz45g.xn--zckzah", 25);
    bracketed("[bücher.example]:587", "xn--bcher-kva.example", 587);
}

TEST_CASE("a key that names no domain is told apart") {  // proves STS-43
    bad("");
    bad(".");
    bad("localhost");
    bad("localhost:25");
    bad("[localhost]");
    bad("com");
    bad("com.");
    bad(".example.com");  // Postfix's parent-domain tries
    bad(".com");
    bad("[.example.com]");
    bad("192.0.2.1");  // address literals
    bad("192.0.2.1:25");
    bad("[192.0.2.1]");
    bad("[192.0.2.1]:25");
    bad("[IPv6:2001:db8::1]");
    bad("[ipv6:2001:db8::1]:25");
    bad("[2001:db8::1]");
    bad("2001:db8::1");
    bad("::1");
    bad("[::ffff:192.0.2.1]");
    bad("１９２.0.2.1");  // digits of another script map to ASCII ones
    bad("unix:/var/run/lmtp");
    bad("example.com:");  // ports
    bad("example.com:0");
    bad("example.com:65536");
    bad("example.com:99999999999");
    bad("example.com:-1");
    bad("example.com:25:25");
    bad("example.com: 25");
    bad("example.com:a-service-name-too-long");
    bad("example.com:25/tcp");
    bad("[mx.example.com]:");
    bad("[mx.example.com]:0");
    bad("[mx.example.com");  // brackets
    bad("mx.example.com]");
    bad("[mx.example.com]25");
    bad("[mx.example.com].");
    bad("[[mx.example.com]]");
    bad("[]");
    bad("[]:25");
    bad("[");
    bad("]");
    bad("x[mx.example.com]");
    bad("user@example.com");  // rubbish
    bad("example..com");
    bad("-example.com");
    bad("exa mple.com");
    bad(" example.com");
    bad("example.com ");
    bad("example.com\n");
    bad("*.example.com");
    bad("exam{ple}.com");
    bad(std::string_view("example.com\0", 12));
    bad(std::string_view("exa\0mple.com", 12));
    bad(std::string_view("b\xc3\xbc\0cher.example", 16));
    bad("\xff\xfe.example");
    bad(std::string(64, 'a') + ".example");
    bad(std::string(9991, 'a') + ".example");
    bad(std::string(10'000, '.'));
    bad(std::string(10'000, '\xc3'));
    bad(std::string(10'000, '['));
}

TEST_CASE("an ASCII key costs no allocation, whatever comes of it") {
    for (const std::string_view key :
         {"example.com", "A.Example.COM.", "[mx.example.com]:587", "example.com:smtp", ".example.com", "com",
          "[192.0.2.1]", "[IPv6:2001:db8::1]", "a b.example", "example.com:0", "localhost"}) {
        CAPTURE(key);
        const std::size_t before = allocations();
        const auto parsed = LookupKey::parse(key);
        const std::size_t after = allocations();
        CHECK(after == before);
        CHECK(sizeof(parsed) < 512);
    }
}
