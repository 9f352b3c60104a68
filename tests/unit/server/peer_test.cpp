#include "server/peer.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <doctest/doctest.h>

#include <optional>
#include <unistd.h>
#include <vector>

namespace asio = boost::asio;
using tlspolicy::server::address_of;
using tlspolicy::server::credentials_of;
using tlspolicy::server::peer_of;
using tlspolicy::server::Socket;
using Protocol = asio::generic::stream_protocol;

TEST_CASE("the other end of a Unix socket has no address, and is called that") {
    asio::io_context context;
    asio::local::stream_protocol::socket one(context);
    asio::local::stream_protocol::socket other(context);
    asio::local::connect_pair(one, other);
    const Socket socket(context, Protocol(asio::local::stream_protocol()), one.release());
    CHECK_FALSE(address_of(socket));
    CHECK(peer_of(socket) == "unix");
}

TEST_CASE("the other end of a TCP connection has an address") {
    asio::io_context context;
    for (const std::string_view text : {"127.0.0.1", "::1"}) {
        asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address(text), 0});
        asio::ip::tcp::socket client(context);
        client.connect(acceptor.local_endpoint());
        const Protocol protocol(acceptor.local_endpoint().protocol());
        const Socket socket(context, protocol, acceptor.accept().release());
        REQUIRE(address_of(socket));
        CHECK(address_of(socket)->text() == text);
        CHECK(peer_of(socket) == text);
    }
}

TEST_CASE("a client that is gone is not taken for one on a Unix socket") {
    asio::io_context context;
    const Socket socket(context, Protocol(asio::ip::tcp::v4()));
    CHECK_FALSE(address_of(socket));
    CHECK(peer_of(socket) == "gone");
}

TEST_CASE("the kernel says who is at the other end of a Unix socket, with all groups") {
    asio::io_context context;
    asio::local::stream_protocol::socket one(context);
    asio::local::stream_protocol::socket other(context);
    asio::local::connect_pair(one, other);
    Socket socket(context, Protocol(asio::local::stream_protocol()), one.release());
    const auto peer = credentials_of(socket);
    REQUIRE(peer);
    CHECK(peer->user == ::geteuid());
    std::vector<gid_t> expected(static_cast<std::size_t>(::getgroups(0, nullptr)));
    expected.resize(
        static_cast<std::size_t>(::getgroups(static_cast<int>(expected.size()), expected.data())));
    expected.insert(expected.begin(), ::getegid());
    CHECK(peer->groups == std::vector<std::uint32_t>(expected.begin(), expected.end()));
}

TEST_CASE("at other sockets nobody says who it is") {
    asio::io_context context;
    Socket socket(context, Protocol(asio::ip::tcp::v4()));
    CHECK_FALSE(credentials_of(socket));
}
