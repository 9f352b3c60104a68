#include "fakes/temporary_directory.hpp"
#include "loopback/server/server_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using tlspolicy::fakes::SocketmapClient;
using tlspolicy::fakes::TemporaryDirectory;
using namespace tlspolicy::test;

TEST_CASE("a drained server lets idle clients go at once, and the others with their answer") {
    ServerFixture server;
    server.restart.threads = 2;
    server.start();
    auto idle = server.connect();
    REQUIRE(idle.ask("postfix", "example.com") == secure("example.com"));
    auto waiting = server.connect();
    REQUIRE(waiting.send(SocketmapClient::request("postfix", "held.example.com")
                         + SocketmapClient::request("postfix", "example.com")));
    REQUIRE(server.policies().wait_for_questions(1));

    server.server().stop_accepting();
    server.server().drain();
    CHECK(idle.is_closed());
    CHECK_THROWS_AS(server.connect(), std::runtime_error);
    server.policies().release();
    CHECK(waiting.reply() == secure("held.example.com"));
    CHECK(waiting.reply() == secure("example.com"));
    CHECK(waiting.is_closed());
    server.join();
}

TEST_CASE("an answer that is being written when the server drains arrives whole") {
    const TemporaryDirectory directory;
    ServerFixture server;
    server.restart.listeners = {{tlspolicy::server::UnixEndpoint{directory / "socketmap"}}};
    server.start();
    auto idle = SocketmapClient::local(directory / "socketmap");
    auto slow = SocketmapClient::local(directory / "socketmap");
    const auto answer = slow.ask("postfix", "big.example.com");
    REQUIRE(answer);
    constexpr int asked = 40;  // all in one read; their 400 KB do not fit into the socket
    std::string requests;
    for (int i = 0; i < asked; ++i)
        requests += SocketmapClient::request("postfix", "big.example.com");
    REQUIRE(slow.send(requests));
    REQUIRE(slow.reply() == answer);  // so the server has read on
    server.server().stop_accepting();
    server.server().drain();
    CHECK(idle.is_closed());
    int whole = 1;
    for (auto reply = slow.reply(); reply; reply = slow.reply())
        whole += reply == answer ? 1 : 0;
    CHECK(whole > 1);
    CHECK(slow.is_closed());
    server.join();
}

TEST_CASE("what was asked before the server drains is answered, although it was not read yet") {
    const TemporaryDirectory directory;
    for (int round = 0; round < 20; ++round) {
        ServerFixture server;
        server.restart.listeners = {{tlspolicy::server::UnixEndpoint{directory / "socketmap"}}};
        server.start();
        std::vector<SocketmapClient> clients;
        for (int i = 0; i < 50; ++i) {
            clients.push_back(SocketmapClient::local(directory / "socketmap"));
            REQUIRE(clients.back().ask("postfix", "known.example.com") == secure("known.example.com"));
        }
        const auto question = SocketmapClient::request("postfix", "known.example.com")
                              + SocketmapClient::request("postfix", std::to_string(round) + ".example.com");
        for (auto& client : clients)
            REQUIRE(client.send(question));
        server.server().stop_accepting();
        server.server().drain();
        for (auto& client : clients) {
            REQUIRE(client.reply() == secure("known.example.com"));
            REQUIRE(client.reply() == secure(std::to_string(round) + ".example.com"));
            REQUIRE(client.is_closed());
        }
        server.join();
    }
}

TEST_CASE("an aborted server disconnects even those who wait") {
    ServerFixture server;
    server.start();
    auto idle = server.connect();
    auto waiting = server.connect();
    REQUIRE(waiting.send(SocketmapClient::request("postfix", "held.example.com")));
    REQUIRE(server.policies().wait_for_questions(1));
    server.server().abort();
    CHECK(idle.is_closed());
    CHECK(waiting.is_closed());
}

TEST_CASE("clients that come in while the server stops are let go as well") {
    for (std::size_t i = 0; i < 60; ++i) {
        ServerFixture server;
        server.restart.threads = 4;
        server.start();
        std::atomic<bool> open{true};
        std::vector<SocketmapClient> clients;
        std::thread crowd([&] {
            try {
                while (open && clients.size() < 1000)
                    clients.push_back(server.connect());
            } catch (const std::runtime_error&) {  // the door is closed
            }
        });
        while (server.server().connections() < i)
            std::this_thread::yield();
        server.server().stop_accepting();
        server.server().drain();
        open = false;
        crowd.join();
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (server.server().connections() != 0 && std::chrono::steady_clock::now() < limit)
            std::this_thread::yield();
        REQUIRE(server.server().connections() == 0);
        server.join();
    }
}

TEST_CASE("a new configuration serves those who are connected already") {
    ServerFixture server;
    server.restart.threads = 2;
    server.start();
    auto client = server.connect();
    auto other = server.connect();
    CHECK(client.ask("added", "example.com") == "PERM unknown map added");
    CHECK(other.ask("postfix", "example.com") == secure("example.com"));

    server.settings.maps = {{"added", {}}};
    server.server().configure(server.settings);
    CHECK(client.ask("added", "example.com") == secure("example.com"));
    CHECK(other.ask("postfix", "example.com") == "PERM unknown map postfix");
}

TEST_CASE("a lookup that waits is answered by the options of its own time") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    REQUIRE(client.send(SocketmapClient::request("postfix", "held.example.com")));
    REQUIRE(server.policies().wait_for_questions(1));
    server.settings.maps.clear();
    server.server().configure(server.settings);
    server.policies().release();
    CHECK(client.reply() == secure("held.example.com"));
    CHECK(client.ask("postfix", "held.example.com") == "PERM unknown map postfix");
}

// proves MAP-5
TEST_CASE("a shorter idle time-out holds at once") {
    ServerFixture server;
    server.start();
    auto idle = server.connect();
    REQUIRE(idle.ask("postfix", "example.com") == secure("example.com"));
    server.settings.idle_timeout = std::chrono::milliseconds(100);
    server.server().configure(server.settings);
    CHECK(idle.is_closed());
}
