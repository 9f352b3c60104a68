#include "loopback/server/http_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace tlspolicy::test;
using std::chrono::milliseconds;
using tlspolicy::fakes::SocketmapClient;

namespace {

constexpr std::size_t everything = 32UL * 1024 * 1024;
const std::string get_root = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string here = http_reply("200 OK", "here\n");

bool still_serves(const HttpFixture& http) {
    return http.connect().exchange(get_root, here.size()) == here;
}

}  // namespace

TEST_CASE("a flood of header fields is refused, and so is an endless one") {
    HttpFixture http;
    http.start();
    std::string many = "GET / HTTP/1.1\r\n";
    while (many.size() < 100'000)
        many += "X-A: b\r\n";
    const std::string endless = "GET / HTTP/1.1\r\nX-A: " + std::string(100'000, 'a');
    const std::string line = "GET /" + std::string(100'000, 'a');
    for (const auto& flood : {many, endless, line}) {
        auto client = http.connect();
        client.send(flood);
        client.finish_sending();
        CHECK(client.exchange("", everything).starts_with("HTTP/1.1 431 "));
        CHECK(client.is_closed());
    }
    CHECK(still_serves(http));
}

TEST_CASE("a body beyond the limit is refused, announced or not") {
    HttpFixture http;
    http.start();
    const std::string large(100'000, 'b');
    const std::string announced =
        "POST /echo HTTP/1.1\r\nContent-Length: " + std::to_string(large.size()) + "\r\n\r\n" + large;
    const std::string absurd = "POST /echo HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n";
    const std::string chunked =
        "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + large + "\r\n0\r\n\r\n";
    for (const auto& request : {announced, absurd, chunked}) {
        auto client = http.connect();
        client.send(request);
        client.finish_sending();
        CHECK(client.exchange("", everything).starts_with("HTTP/1.1 413 "));
    }
    CHECK(still_serves(http));
}

TEST_CASE("a body of just the limit is taken") {
    HttpFixture http;
    http.start();
    const std::string body(http.limits.body_octets, 'b');
    auto client = http.connect();
    const auto expected = http_reply("200 OK", "echo " + body + " a=");
    CHECK(client.exchange(
              "POST /echo HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
              expected.size())
          == expected);
}

TEST_CASE("what is not HTTP is refused") {
    const std::string garbage[] = {
        "\r\n\r\n\r\n\x01\x02\x03\r\n\r\n",
        "19:postfix example.com,\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        std::string("GET /\0 HTTP/1.1\r\n\r\n", 19),
    };
    HttpFixture http;
    http.start();
    for (const auto& request : garbage) {
        CAPTURE(request);
        auto client = http.connect();
        client.send(request);
        client.finish_sending();
        const auto reply = client.exchange("", everything);
        CHECK(reply.starts_with("HTTP/1.1 400 "));
    }
    CHECK(still_serves(http));
}

TEST_CASE("half a request is not waited for beyond its time, however it drips") {
    HttpFixture http;
    http.limits.request_timeout = milliseconds(100);
    http.start();
    auto silent = http.connect();
    CHECK(silent.is_closed());
    auto half = http.connect();
    half.send("GET / HTTP/1.1\r\nHo");
    CHECK(half.is_closed());
    auto dripping = http.connect();
    dripping.send("GET / HTTP/1.1\r\nX-A: ");
    while (dripping.send("a"))
        REQUIRE(still_serves(http));                   // a while goes by, and others are served meanwhile
    CHECK(dripping.exchange("", everything).empty());  // time ended it, not the length of its header
    http.wait_until_empty();
}

TEST_CASE("a client that sends no second request goes after a while") {
    HttpFixture http;
    http.limits.idle_timeout = milliseconds(50);
    http.start();
    auto client = http.connect();
    CHECK(client.exchange(get_root, here.size()) == here);
    CHECK(client.is_closed());
}

TEST_CASE("a client that never reads is disconnected") {
    HttpFixture http;
    http.limits.request_timeout = milliseconds(100);
    http.start();
    auto client = http.port.connect(SocketmapClient::Window::small);
    client.send("GET /large HTTP/1.1\r\n\r\n");
    CHECK(still_serves(http));
    http.wait_until_empty();
}

TEST_CASE("a service that takes too long is not waited for") {
    HttpFixture http;
    http.limits.answer_timeout = milliseconds(50);
    http.start();
    CHECK(http.connect().exchange("GET /never HTTP/1.1\r\n\r\n", 12) == "HTTP/1.1 503");
}

TEST_CASE("a hundred clients at once are all served, some of them after others have left") {
    HttpFixture http;
    http.limits.crowded_timeout = std::chrono::hours(1);  // all connect before the first of them asks
    http.start();
    std::vector<SocketmapClient> clients;
    for (int i = 0; i < 100; ++i)
        clients.push_back(http.connect());
    for (auto& client : clients)
        client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    int served = 0;
    for (auto& client : clients)
        served += client.exchange("", everything).ends_with("here\n") ? 1 : 0;
    CHECK(served == 100);
}

TEST_CASE("who comes when all places are taken has the place of who was idle longest") {
    HttpFixture http;
    http.limits.clients = 2;
    http.start();
    auto first = http.connect();
    REQUIRE(first.exchange(get_root, here.size()) == here);
    auto second = http.connect();
    REQUIRE(second.exchange(get_root, here.size()) == here);
    REQUIRE(first.exchange(get_root, here.size()) == here);
    auto third = http.connect();
    CHECK(third.exchange(get_root, here.size()) == here);
    CHECK(second.is_closed());
    CHECK(first.exchange(get_root, here.size()) == here);
}

TEST_CASE("clients who say nothing, or say it slowly, keep nobody out") {
    HttpFixture http;
    http.limits.clients = 4;
    http.limits.crowded_timeout = milliseconds(20);
    http.limits.request_timeout = std::chrono::hours(1);
    http.start();
    std::vector<SocketmapClient> rude;
    for (int i = 0; i < 16; ++i) {
        rude.push_back(http.connect());
        if (i % 2 == 0) rude.back().send("GET / HTTP/1.1\r\nX-Slow: ");
    }
    CHECK(still_serves(http));
}

TEST_CASE("with the limits of a daemon, hundreds who never ask keep nobody waiting") {
    HttpFixture http;
    http.start();
    std::vector<SocketmapClient> rude;
    for (int i = 0; i < 600; ++i) {  // with a second for each 32 of them the last would have given up
        rude.push_back(http.connect());
        if (i % 2 == 0) rude.back().send("GET / HTTP/1.1\r\nX-Slow: ");
    }
    CHECK(still_serves(http));
}

TEST_CASE("who has an answer and does not go makes room at once") {
    HttpFixture http;
    http.limits.clients = 4;
    http.limits.crowded_timeout = std::chrono::hours(1);
    http.limits.request_timeout = std::chrono::hours(1);
    http.limits.idle_timeout = std::chrono::hours(1);
    http.start();
    std::vector<SocketmapClient> lingering;
    for (int i = 0; i < 24; ++i) {
        lingering.push_back(http.connect());
        lingering.back().send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    }
    CHECK(still_serves(http));
    for (auto& client : lingering)
        CHECK(client.exchange("", everything).ends_with("here\n"));
}

TEST_CASE("who does not read its answer goes soon when others wait") {
    HttpFixture http;
    http.limits.clients = 2;
    http.limits.request_timeout = std::chrono::hours(1);
    http.start();
    std::vector<SocketmapClient> deaf;
    for (int i = 0; i < 2; ++i) {
        deaf.push_back(http.port.connect(SocketmapClient::Window::small));
        deaf.back().send("GET /large HTTP/1.1\r\n\r\n");
    }
    CHECK(still_serves(http));
}

TEST_CASE("it stops with clients in every state") {
    HttpFixture http;
    http.start();
    auto fresh = http.connect();
    auto half = http.connect();
    half.send("GET / HT");
    auto asking = http.connect();
    asking.send("GET /never HTTP/1.1\r\n\r\n");
    auto idle = http.connect();
    REQUIRE(idle.exchange(get_root, here.size()) == here);
    auto slow = http.port.connect(SocketmapClient::Window::small);
    slow.send("GET /large HTTP/1.1\r\n\r\n");
    http.stop();
    CHECK(half.is_closed());
    CHECK(asking.is_closed());
    CHECK(idle.is_closed());
    CHECK(fresh.is_closed());
}
