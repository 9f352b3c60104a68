#include "fakes/temporary_directory.hpp"
#include "loopback/server/http_fixture.hpp"
#include "server/listening_socket.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <unistd.h>
#include <vector>

using namespace tlspolicy::test;
using tlspolicy::fakes::SocketmapClient;
using tlspolicy::fakes::TemporaryDirectory;

namespace {

constexpr std::size_t everything = 32UL * 1024 * 1024;
const std::string get_root = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string here = http_reply("200 OK", "here\n");

std::string post(std::string_view body) {
    return "POST /echo?a=%62+c HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size())
           + "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("a client asks several times on one connection") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    CHECK(client.exchange(get_root, here.size()) == here);
    const auto echoed = http_reply("200 OK", "echo body a=b c");
    CHECK(client.exchange(post("body"), echoed.size()) == echoed);
    CHECK(client.exchange(get_root, here.size()) == here);
}

TEST_CASE("pipelined requests are answered one by one, in order") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    const auto echoed = http_reply("200 OK", "echo x a=b c");
    const std::string expected = here + echoed + here;
    CHECK(client.exchange(get_root + post("x") + get_root, expected.size()) == expected);
}

TEST_CASE("an unknown path, a wrong method, a target that is no path: 404, 405, 400") {
    struct Row {
        const char* request;
        const char* expected;
    };
    const Row rows[] = {
        {"GET /unknown HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n"},
        {"GET /../../etc/passwd HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found\r\n"},
        {"DELETE / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"BREW / HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"GET /echo HTTP/1.1\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n"},
        {"GET * HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET /%zz HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET http://host/ HTTP/1.1\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
    };
    HttpFixture http;
    http.start();
    for (const auto& row : rows) {
        CAPTURE(row.request);
        const std::string expected = row.expected;
        CHECK(http.connect().exchange(row.request, expected.size()) == expected);
    }
}

TEST_CASE("a 405 names the methods that the path has") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    client.send("POST / HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(client.exchange("", everything).find("\r\nAllow: GET, HEAD\r\n") != std::string::npos);
    auto other = http.connect();
    other.send("GET /echo HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(other.exchange("", everything).find("\r\nAllow: POST\r\n") != std::string::npos);
}

TEST_CASE("HEAD is answered like GET, without the body") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    const std::string head = here.substr(0, here.size() - 5);
    const std::string expected = head + here;
    CHECK(client.exchange("HEAD / HTTP/1.1\r\n\r\n" + get_root, expected.size()) == expected);
}

TEST_CASE("a client of HTTP/1.0 is answered and disconnected, one that wants more stays") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    const auto reply = client.exchange("GET / HTTP/1.0\r\n\r\n", everything);
    CHECK(reply.starts_with("HTTP/1.0 200 OK\r\n"));
    CHECK(reply.ends_with("\r\n\r\nhere\n"));
    CHECK(client.is_closed());

    auto staying = http.connect();
    const std::string request = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    const std::size_t size = reply.size() + std::string("Connection: keep-alive\r\n").size();
    CHECK(staying.exchange(request, size).ends_with("here\n"));
    CHECK(staying.exchange(request, size).ends_with("here\n"));
}

TEST_CASE("a client that closes its half after the request still gets the reply") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    client.send(get_root);
    client.finish_sending();
    CHECK(client.exchange("", everything) == here);
}

TEST_CASE("a request that comes octet by octet is answered") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    for (const char octet : get_root)
        client.send({&octet, 1});
    CHECK(client.exchange("", here.size()) == here);
}

TEST_CASE("a failing service is a 500 or the end of that connection, never of the server") {
    HttpFixture http;
    http.start();
    auto client = http.connect();
    CHECK(client.exchange("GET /bug HTTP/1.1\r\n\r\n", everything).empty());
    CHECK(http.log.wait_for("http-failed reason=\"a bug\""));
    CHECK(http.connect().exchange(get_root, here.size()) == here);
}

TEST_CASE("a Unix socket tells who asks") {
    HttpFixture http;
    const TemporaryDirectory directory;
    http.listener = {tlspolicy::server::UnixEndpoint{directory / "http"}};
    http.start();
    auto client = SocketmapClient::local(directory / "http");
    const auto echoed = http_reply("200 OK", "echo x a=b c uid=" + std::to_string(::geteuid()));
    CHECK(client.exchange(post("x"), echoed.size()) == echoed);
    http.stop();
    CHECK(::access((directory / "http").c_str(), F_OK) != 0);
}

TEST_CASE("an address that somebody has is an error that names it") {
    HttpFixture first;
    first.start();
    HttpFixture second;
    second.listener = first.listener;
    CHECK_THROWS_WITH(second.start(), (tlspolicy::server::name_of(first.listener.endpoint)
                                       + ": another process listens there (is tlspolicyd running already?)")
                                          .c_str());
}
