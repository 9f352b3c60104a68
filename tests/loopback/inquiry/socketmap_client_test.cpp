#include "fakes/tcp_server.hpp"
#include "inquiry/source.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace tlspolicy;
using namespace tlspolicy::inquiry;
using fakes::BlackHole;
using fakes::PeerSocket;
using fakes::TcpServer;

namespace {

const IpAddress loopback_address = IpAddress::v4({127, 0, 0, 1});

/// Reads one request, whatever it is; false at the end.
bool read_request(PeerSocket& peer) {
    std::array<char, 512> room{};
    return peer.read(room.data(), room.size()) > 0;
}

Replies ask(const TcpServer& server, const std::vector<std::string>& keys, std::size_t lanes = 1) {
    ServerSource source(server::TcpEndpoint{loopback_address, server.port()}, "postfix");
    return ask_all(source, keys, lanes, [](std::size_t) {});
}

std::string told(const Result<std::string>& reply) {
    return reply ? *reply : "failed: " + reply.error().message();
}

}  // namespace

TEST_CASE("questions go over one connection, and replies may come in pieces") {
    TcpServer server(loopback_address, 0, [](PeerSocket& peer) {
        while (read_request(peer)) {
            peer.write("9:NOTF");
            peer.write("OUND ,");
        }
    });
    const auto replies = ask(server, {"a.example", "b.example", "c.example"});
    for (const auto& reply : replies)
        CHECK(told(reply) == "NOTFOUND ");
    CHECK(server.connections() == 1);
}

TEST_CASE("what is asked is a socketmap request") {
    std::string seen;
    TcpServer server(loopback_address, 0, [&seen](PeerSocket& peer) {
        std::array<char, 512> room{};
        const std::size_t count = peer.read(room.data(), room.size());
        seen.assign(room.data(), count);
        peer.write("9:NOTFOUND ,");
        peer.wait_for_hangup();
    });
    ask(server, {"example.com"});
    CHECK(server.wait_until_closed(1));
    CHECK(seen == "19:postfix example.com,");
}

TEST_CASE("a connection that the server closes between two questions is opened anew, once") {
    TcpServer server(loopback_address, 0, [](PeerSocket& peer) {
        if (read_request(peer)) peer.write("9:NOTFOUND ,");
    });
    const auto replies = ask(server, {"a.example", "b.example"});
    CHECK(told(replies[0]) == "NOTFOUND ");
    CHECK(told(replies[1]) == "NOTFOUND ");
    CHECK(server.connections() == 2);
}

TEST_CASE("a server that only closes is not asked for ever") {
    TcpServer server(loopback_address, 0, [](PeerSocket& peer) { read_request(peer); });
    const auto replies = ask(server, {"a.example"});
    CHECK(told(replies[0])
          == "failed: 127.0.0.1:" + std::to_string(server.port()) + ": it closes the connection");
    CHECK(server.connections() == 2);
}

TEST_CASE("a reply that is no netstring, or is too long, is a failure that says so") {
    for (const std::string_view reply : {"OK may,", "100001:OK", "2:OKAY,", "02:OK,"}) {
        CAPTURE(reply);
        TcpServer server(loopback_address, 0, [reply](PeerSocket& peer) {
            if (read_request(peer)) peer.write(reply);
            peer.wait_for_hangup();
        });
        CHECK(told(ask(server, {"a.example"})[0]).find("a malformed reply: ") != std::string::npos);
    }
}

TEST_CASE("no more questions are under way at one time than there are lanes") {
    TcpServer server(loopback_address, 0, [](PeerSocket& peer) {
        while (read_request(peer))
            peer.write("9:NOTFOUND ,");
    });
    const std::vector<std::string> keys(100, "a.example");
    std::size_t last = 0;
    ServerSource source(server::TcpEndpoint{loopback_address, server.port()}, "postfix");
    const auto replies = ask_all(source, keys, 4, [&last](std::size_t done) { last = done; });
    CHECK(replies.size() == 100);
    CHECK(last == 100);
    CHECK(server.peak() == 4);
}

TEST_CASE("where nobody listens, the failure says where") {
    std::uint16_t port = 0;
    {
        TcpServer gone(loopback_address, 0, [](PeerSocket&) {});
        port = gone.port();
    }
    ServerSource source(server::TcpEndpoint{loopback_address, port}, "postfix");
    const auto replies = ask_all(source, {"a.example"}, 1, [](std::size_t) {});
    CHECK(told(replies[0]) == "failed: 127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST_CASE("a server that cannot be reached costs one patience, not one for each name") {
    const std::vector<std::string> keys(400, "a.example");
    const SocketmapClient::Patience patience{std::chrono::seconds(1), std::chrono::seconds(1)};
    const auto begun = std::chrono::steady_clock::now();

    SUBCASE("nobody takes connections") {
        const BlackHole hole(loopback_address, 0);
        ServerSource source(server::TcpEndpoint{loopback_address, hole.port()}, "postfix", patience);
        for (const auto& reply : ask_all(source, keys, 4, [](std::size_t) {}))
            CHECK(!reply);
    }
    SUBCASE("nobody answers") {
        TcpServer server(loopback_address, 0, [](PeerSocket& peer) { peer.wait_for_hangup(); });
        ServerSource source(server::TcpEndpoint{loopback_address, server.port()}, "postfix", patience);
        for (const auto& reply : ask_all(source, keys, 4, [](std::size_t) {}))
            CHECK(!reply);
        CHECK(server.connections() <= 8);
    }
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(20));  // it would be 100
}

TEST_CASE("a server that closes connections without an answer is still there, and is asked each name") {
    TcpServer server(loopback_address, 0, [](PeerSocket& peer) { read_request(peer); });
    ask(server, std::vector<std::string>(10, "a.example"));
    CHECK(server.connections() == 20);
}
