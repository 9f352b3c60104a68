#include "fakes/temporary_directory.hpp"
#include "loopback/server/server_fixture.hpp"

#include <doctest/doctest.h>

#include <thread>

using tlspolicy::fakes::SocketmapClient;
using tlspolicy::fakes::TemporaryDirectory;
using namespace tlspolicy::test;

namespace {

constexpr std::chrono::milliseconds short_while{200};

/// Until the server has noticed that its clients went; a time-out of the test is the limit.
void wait_for_connections(tlspolicy::server::Server& server, std::size_t wanted) {
    while (server.connections() != wanted)
        std::this_thread::yield();
}

}  // namespace

// proves MAP-5
TEST_CASE("an idle client is disconnected, and one whose answer is looked up is not") {
    ServerFixture server;
    server.settings.idle_timeout = short_while;
    server.start();
    auto waiting = server.connect();
    REQUIRE(waiting.send(SocketmapClient::request("postfix", "held.example.com")));
    REQUIRE(server.policies().wait_for_questions(1));
    for (int i = 0; i < 2; ++i) {
        const auto begun = std::chrono::steady_clock::now();
        auto idle = server.connect();
        CHECK(idle.is_closed());
        CHECK(std::chrono::steady_clock::now() - begun >= short_while * 3 / 4);  // sweeps come at quarters
    }
    server.policies().release();
    CHECK(waiting.reply() == secure("held.example.com"));
    CHECK(waiting.is_closed());
    wait_for_connections(server.server(), 0);
}

// proves MAP-5
TEST_CASE("a client that keeps asking is not idle") {
    ServerFixture server;
    server.settings.idle_timeout = short_while;
    server.start();
    auto busy = server.connect();
    auto idle = server.connect();
    const auto end = std::chrono::steady_clock::now() + 3 * short_while;
    bool answered = true;
    while (answered && std::chrono::steady_clock::now() < end)
        answered = busy.ask("postfix", "example.com") == secure("example.com");
    CHECK(answered);
    CHECK(idle.is_closed());
}

// proves MAP-5
TEST_CASE("a client that stops in the middle of a request is disconnected") {
    ServerFixture server;
    server.settings.idle_timeout = short_while;
    server.start();
    auto client = server.connect();
    REQUIRE(client.send("19:postfix exam"));
    CHECK(client.is_closed());
}

// proves MAP-5
TEST_CASE("a client that never reads its answers is disconnected") {
    const TemporaryDirectory directory;
    ServerFixture server;
    server.settings.idle_timeout = short_while;
    server.restart.listeners = {{tlspolicy::server::UnixEndpoint{directory / "socketmap"}}};
    server.start();
    auto client = SocketmapClient::local(directory / "socketmap");
    REQUIRE(client.ask("postfix", "big.example.com"));
    constexpr int asked = 200;  // their 2 MB do not fit into the socket
    for (int i = 0; i < asked; ++i)
        REQUIRE(client.send(SocketmapClient::request("postfix", "big.example.com")));
    wait_for_connections(server.server(), 0);
    int answers = 0;
    while (client.reply())
        ++answers;
    CHECK(answers < asked);
}

TEST_CASE("a client that has finished sending gets all its answers before the connection ends") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    REQUIRE(client.send(SocketmapClient::request("postfix", "held.example.com")
                        + SocketmapClient::request("postfix", "example.com")));
    client.finish_sending();
    REQUIRE(server.policies().wait_for_questions(1));
    server.policies().release();
    CHECK(client.reply() == secure("held.example.com"));
    CHECK(client.reply() == secure("example.com"));
    CHECK(client.is_closed());
}

// proves MAP-4
TEST_CASE("a client that leaves while its answer is looked up costs nobody else theirs") {
    ServerFixture server;
    server.start();
    auto staying = server.connect();
    {
        auto closing = server.connect();
        auto resetting = server.connect();
        for (SocketmapClient* client : {&closing, &resetting, &staying})
            REQUIRE(client->send(SocketmapClient::request("postfix", "held.example.com")
                                 + SocketmapClient::request("postfix", "example.com")));
        REQUIRE(server.policies().wait_for_questions(1));
        while (server.engine.waiting() != 3)
            std::this_thread::yield();
        resetting.reset();
    }
    server.policies().release();
    CHECK(staying.reply() == secure("held.example.com"));
    CHECK(staying.reply() == secure("example.com"));
    wait_for_connections(server.server(), 1);
}

TEST_CASE("clients that leave with a RST at any point are forgotten") {
    ServerFixture server;
    server.start();
    auto staying = server.connect();
    const auto request = SocketmapClient::request("postfix", "example.com");
    for (std::size_t size = 0; size <= request.size(); ++size) {
        auto client = server.connect();
        client.send(request.substr(0, size));
        client.reset();
    }
    CHECK(staying.ask("postfix", "example.com") == secure("example.com"));
    wait_for_connections(server.server(), 1);
}
