#include "loopback/server/server_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

using namespace tlspolicy::test;

namespace {

tlspolicy::engine::Override says(const std::string& text) {
    return {std::make_shared<const std::string>(text)};
}

}  // namespace

// proves STS-44
TEST_CASE("an override answers for every form of its key, at once, until it ends") {
    ServerFixture server;
    auto ending = says("encrypt");
    ending.until = server.wall_clock.now() + std::chrono::hours(24);
    server.settings.overrides.set("held.example.com", ending);
    server.settings.overrides.set(".partner.example", says("secure match=.partner.example"));
    server.settings.overrides.set("example.net", {});
    server.settings.maps = {{"postfix", {}}, {"watch", {.monitor = true}}};
    server.start();
    auto client = server.connect();
    for (const char* key : {"held.example.com", "HELD.example.com.", "[held.example.com]:587"})
        CHECK(client.ask("postfix", key) == "OK encrypt");
    CHECK(client.ask("postfix", "a.partner.example") == "OK secure match=.partner.example");
    CHECK(client.ask("postfix", "partner.example") == secure("partner.example"));
    CHECK(client.ask("postfix", "example.net") == "NOTFOUND ");
    CHECK(client.ask("postfix", "localhost") == "NOTFOUND ");
    CHECK(client.ask("watch", "held.example.com") == "NOTFOUND ");
    CHECK(server.engine.waiting() == 0);  // nobody was asked about held.example.com

    server.wall_clock.advance(std::chrono::hours(24));
    REQUIRE(client.send(tlspolicy::fakes::SocketmapClient::request("postfix", "held.example.com")));
    REQUIRE(server.policies().wait_for_questions(1));
    server.policies().release();
    CHECK(client.reply() == secure("held.example.com"));
}

TEST_CASE("a new configuration brings other overrides to those who are connected") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    CHECK(client.ask("postfix", "example.com") == secure("example.com"));
    server.settings.overrides.set("example.com", says("none"));
    server.server().configure(server.settings);
    CHECK(client.ask("postfix", "example.com") == "OK none");
}

TEST_CASE("a map in monitor mode says NOTFOUND, and one without servername leaves it out") {
    ServerFixture server;
    server.settings.maps = {{"watch", {.monitor = true}}, {"old", {.servername = false}}};
    server.start();
    auto client = server.connect();
    CHECK(client.ask("watch", "example.com") == "NOTFOUND ");
    CHECK(client.ask("old", "example.com") == "OK secure match=mx.example.com");
    CHECK(client.ask("watch", "example.com") == "NOTFOUND ");
}
