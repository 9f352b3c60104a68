#include "fakes/temporary_directory.hpp"
#include "loopback/server/server_fixture.hpp"

#include <doctest/doctest.h>

using tlspolicy::fakes::SocketmapClient;
using tlspolicy::fakes::TemporaryDirectory;
using namespace tlspolicy::test;

namespace {

void check_cold_and_cached(SocketmapClient client) {
    CHECK(client.ask("postfix", "example.com") == secure("example.com"));
    CHECK(client.ask("postfix", "example.com") == secure("example.com"));
    CHECK(client.ask("postfix", "none.example.com") == "NOTFOUND ");
    CHECK(client.ask("postfix", "none.example.com") == "NOTFOUND ");
}

}  // namespace

TEST_CASE("cold and cached answers come over TCP on IPv4") {
    ServerFixture server;
    server.start();
    check_cold_and_cached(server.connect());
}

TEST_CASE("cold and cached answers come over TCP on IPv6") {
    const FreePort v6("::1");
    ServerFixture server;
    server.restart.listeners = {{v6.endpoint()}};
    server.start();
    check_cold_and_cached(v6.connect());
}

TEST_CASE("cold and cached answers come over a Unix socket") {
    const TemporaryDirectory directory;
    ServerFixture server;
    server.restart.listeners = {{tlspolicy::server::UnixEndpoint{directory / "socketmap"}}};
    server.start();
    check_cold_and_cached(SocketmapClient::local(directory / "socketmap"));
}

TEST_CASE("one server listens at several places, and all share one cache") {
    const TemporaryDirectory directory;
    const FreePort v6("::1");
    ServerFixture server;
    server.restart.listeners.push_back({v6.endpoint()});
    server.restart.listeners.push_back({tlspolicy::server::UnixEndpoint{directory / "socketmap"}});
    server.start();
    auto first = server.connect();
    auto second = v6.connect();
    auto third = SocketmapClient::local(directory / "socketmap");

    REQUIRE(first.send(SocketmapClient::request("postfix", "held.example.com")));
    REQUIRE(second.send(SocketmapClient::request("postfix", "held.example.com")));
    REQUIRE(third.send(SocketmapClient::request("postfix", "held.example.com")));
    REQUIRE(server.policies().wait_for_questions(1));
    server.policies().release();
    CHECK(first.reply() == secure("held.example.com"));
    CHECK(second.reply() == secure("held.example.com"));
    CHECK(third.reply() == secure("held.example.com"));
    CHECK(server.server().connections() == 3);
    CHECK(server.log.count("listening socketmap=") == 3);
}

TEST_CASE("a listener at an address in use says so, by name") {
    ServerFixture server;
    server.start();
    tlspolicy::server::Server second(server.engine.engine(), server.engine.clock(), server.wall_clock,
                                     server.restart, {});
    tlspolicy::server::PassedSockets none;
    const auto listening = second.listen(none);
    REQUIRE_FALSE(listening.has_value());
    CHECK(listening.error().message()
          == server.name() + ": another process listens there (is tlspolicyd running already?)");
    check_cold_and_cached(server.connect());
}

TEST_CASE("of two listeners at one address the second is refused, and nothing is served") {
    ServerFixture server;
    server.restart.listeners.push_back(server.restart.listeners.front());
    CHECK_THROWS_AS(server.start(), std::runtime_error);
    CHECK_THROWS_AS(server.connect(), std::runtime_error);
    CHECK(server.log.count("listening") == 0);
}

TEST_CASE("an address that is not this machine's cannot be listened at") {
    ServerFixture server;
    const auto elsewhere = tlspolicy::IpAddress::parse("192.0.2.1").value();
    server.restart.listeners = {{tlspolicy::server::TcpEndpoint{elsewhere, 8461}}};
    CHECK_THROWS_WITH_AS(server.start(), "192.0.2.1:8461: cannot listen: Cannot assign requested address",
                         std::runtime_error);
}
