#include "https/address_guard.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace tlspolicy;
using https::refusal;
using https::special_purpose;

namespace {

IpAddress ip(const char* text) {
    return IpAddress::parse(text).value();
}

}  // namespace

TEST_CASE("special-purpose addresses go by the name of their registry") {  // proves STS-27
    const std::pair<const char*, std::string_view> special[] = {
        {"0.0.0.0", "this network"},
        {"0.1.2.3", "this network"},
        {"10.0.0.0", "private use (RFC 1918)"},
        {"10.255.255.255", "private use (RFC 1918)"},
        {"100.64.0.1", "shared address space (RFC 6598)"},
        {"100.127.255.255", "shared address space (RFC 6598)"},
        {"127.0.0.1", "loopback"},
        {"127.255.255.254", "loopback"},
        {"169.254.169.254", "link-local"},
        {"172.16.0.1", "private use (RFC 1918)"},
        {"172.31.255.255", "private use (RFC 1918)"},
        {"192.0.0.8", "IETF protocol assignments"},
        {"192.0.2.1", "documentation"},
        {"192.88.99.1", "6to4 relay anycast"},
        {"192.168.0.1", "private use (RFC 1918)"},
        {"198.18.0.1", "benchmarking"},
        {"198.19.255.255", "benchmarking"},
        {"198.51.100.1", "documentation"},
        {"203.0.113.1", "documentation"},
        {"224.0.0.1", "multicast"},
        {"239.255.255.255", "multicast"},
        {"240.0.0.1", "reserved (RFC 1112)"},
        {"255.255.255.254", "reserved (RFC 1112)"},
        {"255.255.255.255", "limited broadcast"},
        {"::ffff:10.0.0.1", "private use (RFC 1918)"},
        {"::", "unspecified"},
        {"::1", "loopback"},
        {"::192.0.43.8", "IPv4-compatible (RFC 4291)"},
        {"64:ff9b::10.0.0.1", "private use (RFC 1918)"},
        {"64:ff9b::127.0.0.1", "loopback"},
        {"64:ff9b:1::1", "local-use IPv4/IPv6 translation"},
        {"100::1", "discard-only"},
        {"100:0:0:1::1", "dummy prefix"},
        {"2001:1::1", "IETF protocol assignments"},
        {"2001:2::1", "benchmarking"},
        {"2001:10::1", "IETF protocol assignments"},
        {"2001:db8::1", "documentation"},
        {"2001:0:a00:1::f5ff:fffe", "private use (RFC 1918)"},  // Teredo server 10.0.0.1
        {"2001:0:808:808::80ff:fffe", "loopback"},              // Teredo client 127.0.0.1
        {"2002:a00:1::1", "private use (RFC 1918)"},
        {"2002:7f00:1::", "loopback"},
        {"3fff::1", "documentation"},
        {"5f00::1", "segment routing"},
        {"fc00::1", "unique local"},
        {"fdff::1", "unique local"},
        {"fe80::1", "link-local"},
        {"febf::1", "link-local"},
        {"fec0::1", "site-local"},
        {"ff02::1", "multicast"},
    };
    for (const auto& [address, name] : special) {
        CAPTURE(address);
        CHECK(special_purpose(ip(address)).value_or("ordinary") == name);
    }
}

TEST_CASE("ordinary addresses have no special purpose") {  // proves STS-27
    for (const char* address : {"1.1.1.1",
                                "9.255.255.255",
                                "11.0.0.0",
                                "100.63.255.255",
                                "100.128.0.0",
                                "126.255.255.255",
                                "128.0.0.1",
                                "169.253.255.255",
                                "172.15.255.255",
                                "172.32.0.0",
                                "192.0.1.1",
                                "192.0.43.8",
                                "192.31.196.1",
                                "192.167.255.255",
                                "198.17.255.255",
                                "198.20.0.0",
                                "223.255.255.255",
                                "64:ff9b::1.1.1.1",
                                "2001:200::1",
                                "2001:4860:4860::8888",
                                "2001:0:808:808::f7f7:f7f7",
                                "2002:808:808::1",
                                "2606:4700::1111",
                                "2a00:1450::1"}) {
        CAPTURE(address);
        CHECK(special_purpose(ip(address)).value_or("ordinary") == "ordinary");
    }
}

TEST_CASE("a special-purpose address is refused unless its network is allowed") {  // proves STS-27
    const std::vector<IpNetwork> allowed{IpNetwork::parse("10.1.0.0/16").value(),
                                         IpNetwork::parse("fd00::/8").value()};
    CHECK(refusal(ip("10.0.0.1"), allowed) == "private use (RFC 1918)");
    CHECK_FALSE(refusal(ip("10.1.0.1"), allowed));
    CHECK_FALSE(refusal(ip("::ffff:10.1.0.1"), allowed));
    CHECK_FALSE(refusal(ip("fd00::1"), allowed));
    CHECK(refusal(ip("fc00::1"), allowed) == "unique local");
    CHECK(refusal(ip("64:ff9b::10.1.0.1"), allowed) == "private use (RFC 1918)");
    CHECK_FALSE(refusal(ip("192.0.43.8"), {}));
}
