#include "config/units.hpp"

#include "config/endpoints.hpp"
#include "config/spelling.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
namespace config = tlspolicy::config;

TEST_CASE("a duration is a whole number and a unit") {
    CHECK(*config::parse_duration("500ms") == 500ms);
    CHECK(*config::parse_duration("90s") == 90s);
    CHECK(*config::parse_duration("5m") == 5min);
    CHECK(*config::parse_duration("2h") == 2h);
    CHECK(*config::parse_duration("30d") == 720h);
    CHECK(*config::parse_duration("0s") == 0s);
    for (const char* text : {"", "s", "5", "5 s", " 5s", "5s ", "1.5s", "-5s", "+5s", "5S", "5sec", "1h30m",
                             "0x5s", "18446744073709551616ms", "9223372036854775807s", "106751991168d"}) {
        CAPTURE(text);
        CHECK_FALSE(config::parse_duration(text).has_value());
    }
}

TEST_CASE("a size is octets, KiB or MiB") {
    CHECK(*config::parse_size("0") == 0);
    CHECK(*config::parse_size("65536") == 65536);
    CHECK(*config::parse_size("64KiB") == 65536);
    CHECK(*config::parse_size("1MiB") == 1048576);
    for (const char* text :
         {"", "KiB", "64K", "64kib", "64 KiB", "1GiB", "-1", "9223372036854775808", "9007199254740992KiB"}) {
        CAPTURE(text);
        CHECK_FALSE(config::parse_size(text).has_value());
    }
}

TEST_CASE("quantities are shown in the largest unit that fits") {
    CHECK(config::to_text(90s) == "90s");
    CHECK(config::to_text(300s) == "5m");
    CHECK(config::to_text(24h) == "1d");
    CHECK(config::to_text(1500ms) == "1500ms");
    CHECK(config::to_text(0ms) == "0ms");
    CHECK(config::size_to_text(65536) == "64KiB");
    CHECK(config::size_to_text(1000) == "1000");
}

TEST_CASE("permissions are octal") {
    CHECK(*config::parse_file_mode("0660") == 0660);
    CHECK(*config::parse_file_mode("666") == 0666);
    for (const char* text : {"", "0o660", "1777", "0680", "66", "00660", "rw-"}) {
        CAPTURE(text);
        CHECK_FALSE(config::parse_file_mode(text).has_value());
    }
}

TEST_CASE("a socket path is as long as the system allows") {
    CHECK(config::parse_endpoint("unix:/" + std::string(106, 'x')).has_value());
    const auto too_long = config::parse_endpoint("unix:/" + std::string(107, 'x'));
    REQUIRE_FALSE(too_long.has_value());
    CHECK(too_long.error().message() == "has a path of 108 bytes; allowed: at most 107");
    CHECK_FALSE(config::parse_endpoint(std::string_view("unix:/a\0b", 9)).has_value());
    for (const char* text : {"", ":1", "[]:1", "[127.0.0.1]:1", "::1:8461", "[::1]", "[::1]8461",
                             "1.2.3.4:", "1.2.3.4:1:1", "1.2.3.4:+1", "unix:", "/s"}) {
        CAPTURE(text);
        CHECK_FALSE(config::parse_endpoint(text).has_value());
    }
}

TEST_CASE("a name server is an address, perhaps with port and scope") {
    CHECK(config::parse_name_server("2001:db8::53")->port == 53);
    CHECK(config::parse_name_server("[fe80::1%eth0]:5353")->scope == "eth0");
    CHECK(config::parse_name_server("192.0.2.1:5353")->port == 5353);
    for (const char* text : {"", "192.0.2.1%eth0", "fe80::1%", "fe80::1%a/b", "fe80::1%0123456789abcdef",
                             "[::1]:0", "192.0.2.1:", "localhost"}) {
        CAPTURE(text);
        CHECK_FALSE(config::parse_name_server(text).has_value());
    }
}

TEST_CASE("a proxy is an http URL of a host and port") {
    CHECK_FALSE(config::parse_proxy("")->has_value());
    CHECK(**config::parse_proxy("http://[2001:db8::1]:8080") == tlspolicy::https::Proxy{"2001:db8::1", 8080});
    CHECK(**config::parse_proxy("http://a:b%3A%25@Proxy.Example.com:1/")
          == tlspolicy::https::Proxy{"proxy.example.com", 1, "a:b:%"});
    for (const char* text :
         {"http://", "https://a.example:1", "http://a.example", "http://a.example:1/x", "http://@a.example:1",
          "http://user@a.example:1", "http://:p@a.example:1", "http://u:%4@a.example:1",
          "http://u:%0A@a.example:1", "http://u%3A:p@a.example:1", "http://localhost:3128"}) {
        CAPTURE(text);
        CHECK_FALSE(config::parse_proxy(text).has_value());
    }
}

TEST_CASE("a mistyped word finds the one that was meant") {
    const std::vector<std::string> words = {"timeout", "attempts", "servers", "min", "max"};
    CHECK(config::nearest("timeuot", words) == "timeout");
    CHECK(config::nearest("Server", words) == "servers");
    CHECK(config::nearest("mix", words) == "min");
    CHECK_FALSE(config::nearest("nothing", words).has_value());
    CHECK_FALSE(config::nearest(std::string(100'000, 't'), words).has_value());
    CHECK_FALSE(config::nearest("", {}).has_value());
}
