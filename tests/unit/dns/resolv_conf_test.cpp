#include "dns/resolv_conf.hpp"

#include "dns/name_server.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tlspolicy;
using namespace tlspolicy::dns;

namespace {

std::string shown(std::string_view text) {
    const auto servers = parse_resolv_conf(text);
    return servers ? text_of(*servers) : servers.error().message();
}

}  // namespace

TEST_CASE("the nameserver lines of a resolv.conf are its servers") {
    CHECK(shown("nameserver 192.0.2.1") == "192.0.2.1");
    CHECK(
        shown(
            "# by hand\n; and by machine\nsearch example.com\nnameserver 192.0.2.1\nnameserver 2001:DB8::1\n"
            "options timeout:1 rotate\n")
        == "192.0.2.1 2001:db8::1");
    CHECK(shown("nameserver\t192.0.2.1 \t\r\n nameserver   192.0.2.2\r\n") == "192.0.2.1 192.0.2.2");
    CHECK(shown("nameserver fe80::1%eth0\n") == "fe80::1%eth0");
    CHECK(shown("nameserver 192.0.2.1#local\nnameserver 192.0.2.2 ; second\n") == "192.0.2.1 192.0.2.2");
    CHECK(shown("nameserver 192.0.2.1\nnameserver 192.0.2.1\n") == "192.0.2.1");
}

TEST_CASE("lines that hold no address are ignored") {
    CHECK(shown("nameserver nonsense\nnameserver\nnameserver192.0.2.9\nNAMESERVER 192.0.2.9\n"
                "nameserver 192.0.2.1%eth0\nnameserver fe80::1%\nnameserver fe80::1%interface-too-long\n"
                "#nameserver 192.0.2.9\nnameserver 192.0.2.1\n")
          == "192.0.2.1");
}

TEST_CASE("a file without a usable server is an error") {
    for (const char* text :
         {"", "\n\n", "search example.com\n", "nameserver\n", "# nameserver 192.0.2.1\n"}) {
        CAPTURE(text);
        CHECK(shown(text) == "no usable nameserver line");
    }
    CHECK(shown(std::string(1000, '\0')) == "no usable nameserver line");
}

TEST_CASE("at most eight servers are taken") {
    std::string text;
    for (int i = 1; i <= 20; ++i)
        text += "nameserver 192.0.2." + std::to_string(i) + '\n';
    CHECK(parse_resolv_conf(text)->size() == max_name_servers);
}

TEST_CASE("a server is shown with its port where that is not 53") {
    const auto v4 = IpAddress::parse("192.0.2.1").value();
    const auto v6 = IpAddress::parse("fe80::1").value();
    CHECK(text_of(NameServer{v4}) == "192.0.2.1");
    CHECK(text_of(NameServer{v4, 5353}) == "192.0.2.1:5353");
    CHECK(text_of(NameServer{v6, 53, "eth0"}) == "fe80::1%eth0");
    CHECK(text_of(NameServer{v6, 5353}) == "[fe80::1]:5353");
}
