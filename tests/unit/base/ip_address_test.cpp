#include "base/ip_address.hpp"

#include <doctest/doctest.h>

using tlspolicy::IpAddress;
using tlspolicy::IpNetwork;

TEST_CASE("an address is one value however it is spelt") {
    CHECK(IpAddress::parse("192.0.2.1")->text() == "192.0.2.1");
    CHECK(IpAddress::parse("2001:DB8:0::1")->text() == "2001:db8::1");
    CHECK(*IpAddress::parse("::ffff:192.0.2.1") == *IpAddress::parse("192.0.2.1"));
    CHECK(IpAddress::parse("127.8.9.1")->is_loopback());
    CHECK(IpAddress::parse("::1")->is_loopback());
    CHECK_FALSE(IpAddress::parse("::2")->is_loopback());
    for (const char* text :
         {"", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4 ", "::g", "fe80::1%eth0", "example.com"}) {
        CAPTURE(text);
        CHECK_FALSE(IpAddress::parse(text).has_value());
    }
}

TEST_CASE("a network holds its own addresses and no others") {
    const auto ten = IpNetwork::parse("10.0.0.0/8");
    REQUIRE(ten.has_value());
    CHECK(ten->contains(*IpAddress::parse("10.255.0.1")));
    CHECK(ten->contains(*IpAddress::parse("::ffff:10.1.2.3")));
    CHECK_FALSE(ten->contains(*IpAddress::parse("11.0.0.0")));
    CHECK_FALSE(ten->contains(*IpAddress::parse("2001:db8::1")));
    CHECK(ten->text() == "10.0.0.0/8");
    CHECK(IpNetwork::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:7fff::1")));
    CHECK_FALSE(IpNetwork::parse("2001:db8::/33")->contains(*IpAddress::parse("2001:db8:8000::1")));
    CHECK(IpNetwork::parse("::/0")->contains(*IpAddress::parse("192.0.2.1")));
    CHECK(IpNetwork::parse("192.0.2.7")->text() == "192.0.2.7/32");
    for (const char* text :
         {"10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/x", "/8", "10/8"}) {
        CAPTURE(text);
        CHECK_FALSE(IpNetwork::parse(text).has_value());
    }
}
