#include "server/allow_list.hpp"

#include <doctest/doctest.h>

using namespace tlspolicy;

namespace {

bool served(const server::Listener& listener, std::string_view client) {
    return server::is_allowed(listener, IpAddress::parse(client).value());
}

}  // namespace

TEST_CASE("a client on a loopback address is served without being listed") {
    const server::Listener listener{server::TcpEndpoint{IpAddress::parse("0.0.0.0").value(), 8461}};
    CHECK(served(listener, "127.0.0.1"));
    CHECK(served(listener, "127.8.9.10"));
    CHECK(served(listener, "::1"));
    CHECK(served(listener, "::ffff:127.0.0.1"));
}

TEST_CASE("nobody else is served without being listed") {
    const server::Listener listener{server::TcpEndpoint{IpAddress::parse("0.0.0.0").value(), 8461}};
    for (const std::string_view client : {"192.0.2.1", "10.0.0.1", "128.0.0.1", "126.255.255.255", "::2",
                                          "::", "0.0.0.0", "fe80::1", "2001:db8::1", "::ffff:192.0.2.1"}) {
        CAPTURE(client);
        CHECK_FALSE(served(listener, client));
    }
}

TEST_CASE("clients of a listed network are served, its neighbours are not") {
    const server::Listener listener{
        server::TcpEndpoint{IpAddress::parse("0.0.0.0").value(), 8461},
        {IpNetwork::parse("192.0.2.0/25").value(), IpNetwork::parse("2001:db8:1::/48").value()}};
    CHECK(served(listener, "192.0.2.127"));
    CHECK(served(listener, "::ffff:192.0.2.1"));
    CHECK_FALSE(served(listener, "192.0.2.128"));
    CHECK(served(listener, "2001:db8:1:ffff::1"));
    CHECK_FALSE(served(listener, "2001:db8:2::1"));
    CHECK(served(listener, "127.0.0.1"));
}
