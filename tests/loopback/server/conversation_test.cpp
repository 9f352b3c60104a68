#include "fakes/temporary_directory.hpp"
#include "loopback/server/server_fixture.hpp"
#include "postfix/socketmap.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using tlspolicy::fakes::SocketmapClient;
using tlspolicy::fakes::TemporaryDirectory;
using tlspolicy::postfix::MapOptions;
using namespace tlspolicy::test;

namespace {

constexpr int many = 1000;

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

/// Asks a thousand times for answers of some 10 KB, and reads none before the last is asked for.
void check_late_reader(SocketmapClient client) {
    const auto first = client.ask("postfix", "big.example.com");
    REQUIRE(first);
    REQUIRE(first->size() > 5'000);
    REQUIRE(client.send(repeated(SocketmapClient::request("postfix", "big.example.com"), many)));
    int right = 0;
    for (int i = 0; i < many; ++i)
        right += client.reply() == first ? 1 : 0;
    CHECK(right == many);
    CHECK(client.ask("postfix", "example.com") == secure("example.com"));
}

}  // namespace

// proves MAP-2
TEST_CASE("many requests in a row are answered on one connection") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    int right = 0;
    for (int i = 0; i < many; ++i) {
        const std::string domain = "d" + std::to_string(i % 100) + ".example.com";
        right += client.ask("postfix", domain) == secure(domain) ? 1 : 0;
    }
    CHECK(right == many);
}

// proves MAP-5
TEST_CASE("clients that pipeline without end leave the others their turn") {
    ServerFixture server;
    server.start();
    auto modest = server.connect();
    REQUIRE(modest.ask("postfix", "example.com") == secure("example.com"));
    const std::string block = repeated(SocketmapClient::request("postfix", "example.com"), many);
    std::atomic<bool> stop{false};
    std::vector<std::thread> greedy;
    for (int i = 0; i < 3; ++i) {
        greedy.emplace_back([&] {
            auto client = server.connect();
            while (!stop && client.send(block)) {
                for (int reply = 0; reply < many; ++reply)
                    if (client.reply() != secure("example.com")) return;
            }
        });
    }
    int right = 0;
    for (int i = 0; i < 500; ++i)
        right += modest.ask("postfix", "example.com") == secure("example.com") ? 1 : 0;
    stop = true;
    for (auto& each : greedy)
        each.join();
    CHECK(right == 500);
}

// proves MAP-2
TEST_CASE("pipelined requests are answered in order, cold and cached ones mixed") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    REQUIRE(client.ask("postfix", "example.com") == secure("example.com"));
    REQUIRE(client.ask("postfix", "none.example.com") == "NOTFOUND ");

    const auto ask = [&](std::string_view key) {
        REQUIRE(client.send(SocketmapClient::request("postfix", key)));
    };
    ask("example.com");
    ask("held.example.com");
    ask("none.example.com");
    ask("cold.example.com");
    ask("example.com");
    REQUIRE(server.policies().wait_for_questions(1));
    CHECK(client.reply() == secure("example.com"));  // at once: what precedes a cold answer does not wait
    server.policies().release();
    CHECK(client.reply() == secure("held.example.com"));
    CHECK(client.reply() == "NOTFOUND ");
    CHECK(client.reply() == secure("cold.example.com"));
    CHECK(client.reply() == secure("example.com"));
}

// proves MAP-2
TEST_CASE("a request that comes byte by byte is answered") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    for (int i = 0; i < 3; ++i) {
        for (const char byte : SocketmapClient::request("postfix", "example.com"))
            REQUIRE(client.send({&byte, 1}));
        CHECK(client.reply() == secure("example.com"));
    }
}

// proves MAP-2
TEST_CASE("a thousand pipelined requests that come byte by byte are answered") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    for (const char byte : repeated(SocketmapClient::request("postfix", "example.com"), many))
        REQUIRE(client.send({&byte, 1}));
    int right = 0;
    for (int i = 0; i < many; ++i)
        right += client.reply() == secure("example.com") ? 1 : 0;
    CHECK(right == many);
}

// proves MAP-2
TEST_CASE("a client that reads only after its last request gets every answer, over TCP") {
    ServerFixture server;
    server.start();
    check_late_reader(server.port.connect(SocketmapClient::Window::small));
}

// proves MAP-2
TEST_CASE("a client that reads only after its last request gets every answer, over a Unix socket") {
    const TemporaryDirectory directory;
    ServerFixture server;
    server.restart.listeners = {{tlspolicy::server::UnixEndpoint{directory / "socketmap"}}};
    server.start();
    check_late_reader(SocketmapClient::local(directory / "socketmap"));
}

// proves MAP-1
TEST_CASE("the longest key that Postfix sends is answered, in pieces and among others") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    const std::string longest(tlspolicy::postfix::max_key, 'a');
    CHECK(client.ask("postfix", longest) == "NOTFOUND ");
    REQUIRE(client.send(SocketmapClient::request("postfix", "example.com")
                        + SocketmapClient::request("postfix", longest)
                        + SocketmapClient::request("postfix", "example.com")));
    CHECK(client.reply() == secure("example.com"));
    CHECK(client.reply() == "NOTFOUND ");
    CHECK(client.reply() == secure("example.com"));
}

// proves MAP-3
TEST_CASE("an unknown map is a permanent error that names it, and the connection goes on") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    CHECK(client.ask("QUARY", "example.com") == "PERM unknown map QUARY");
    CHECK(client.ask("postfix", "example.com") == secure("example.com"));
}

// proves MAP-3
TEST_CASE("each map answers by its own options") {
    ServerFixture server;
    MapOptions reporting;
    reporting.tlsrpt = true;
    server.settings.maps = {{"postfix", {}}, {"QUERYwithTLSRPT", reporting}};
    server.start();
    auto client = server.connect();
    CHECK(client.ask("postfix", "example.com") == secure("example.com"));
    const auto answer = client.ask("QUERYwithTLSRPT", "Example.COM.");
    REQUIRE(answer);
    CHECK(answer->starts_with(secure("example.com") + " policy_type=sts policy_domain=example.com "));
    CHECK(answer->find("mx_host_pattern=mx.example.com") != std::string::npos);
}

// proves STS-43
TEST_CASE("keys that are no domain are not found, and the connection goes on") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    using namespace std::string_literals;
    for (const std::string& key :
         {""s, " "s, "localhost"s, ".example.com"s, "[192.0.2.1]"s, "a\0b.example.com"s,
          "\xff\xfe.example.com"s, "a b.example.com"s, "12:postfix x.y,"s}) {
        CAPTURE(key);
        CHECK(client.ask("postfix", key) == "NOTFOUND ");
    }
    CHECK(client.ask("postfix", "[relay.example.com]:587") == secure("relay.example.com"));
    CHECK(client.ask("postfix",
                     "b\xc3\xbc"
                     "cher.example.com")
          == secure("xn--bcher-kva.example.com"));
}

// proves MAP-4
TEST_CASE("an answer comes by its deadline, and what is learnt later is there for the next") {
    tlspolicy::engine::Settings engine_settings;
    engine_settings.answer_deadline = std::chrono::milliseconds(50);
    ServerFixture server(engine_settings);
    MapOptions strict;
    strict.on_dns_failure = MapOptions::OnDnsFailure::temp;
    server.settings.maps = {{"postfix", {}}, {"strict", strict}};
    server.start();
    auto client = server.connect();
    CHECK(client.ask("postfix", "held.example.com") == "NOTFOUND ");
    CHECK(client.ask("strict", "held.example.com")
          == "TEMP MTA-STS: the policy record could not be looked up in time");
    server.policies().release();
    std::optional<std::string> answer;
    do
        answer = client.ask("postfix", "held.example.com");
    while (answer == "NOTFOUND ");
    CHECK(answer == secure("held.example.com"));
}
