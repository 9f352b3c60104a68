#include "loopback/server/server_fixture.hpp"
#include "postfix/socketmap.hpp"

#include <doctest/doctest.h>

#include <vector>

using tlspolicy::fakes::SocketmapClient;
using namespace tlspolicy::test;

namespace {

struct Rubbish {
    std::string bytes;
    std::string_view why;
};

std::vector<Rubbish> all_rubbish() {
    using namespace std::string_literals;
    const auto netstring = [](std::string_view payload) { return SocketmapClient::netstring(payload); };
    constexpr std::string_view leading_zero = "the length has a leading zero";
    constexpr std::string_view too_long = "the message is too long";
    constexpr std::string_view no_length = "no length where a message must begin";
    constexpr std::string_view no_colon = "no colon after the length";
    constexpr std::string_view no_blank = "no blank after the map name";
    return {
        {"019:postfix example.com,", leading_zero},
        {"00:,", leading_zero},
        {"00019:postfix example.com,", leading_zero},
        {"123456:", too_long},
        {"99999:", too_long},
        {"18446744073709551635:postfix example.com,", too_long},
        {std::to_string(tlspolicy::postfix::max_request + 1) + ':', too_long},
        {"19:postfix example.com;", "no comma after the message"},
        {"18:postfix example.com,", "no comma after the message"},
        {"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", no_length},
        {":,", no_length},
        {"-1:,", no_length},
        {"+7:postfix,", no_length},
        {" 7:postfix,", no_length},
        {"\n", no_length},
        {"\0"s, no_length},
        {"\x16\x03\x01\x02"s, no_length},
        {"7 :postfix,", no_colon},
        {"19;postfix example.com,", no_colon},
        {"0x13:postfix example.com,", no_colon},
        {"0:,", no_blank},
        {netstring("postfix"), no_blank},
        {netstring(" example.com"), "no map name"},
        {netstring(std::string(256, 'm') + " example.com"), "the map name is too long"},
        {SocketmapClient::request("postfix", std::string(tlspolicy::postfix::max_key + 1, 'a')),
         "the key is too long"},
        {SocketmapClient::request("m", std::string(tlspolicy::postfix::max_request - 2, 'a')),
         "the key is too long"},
    };
}

}  // namespace

// proves MAP-1
TEST_CASE("whatever is no request closes that connection, with one log line, and disturbs nobody else") {
    for (const auto& [bytes, why] : all_rubbish()) {
        CAPTURE(bytes.substr(0, 50));
        ServerFixture server;  // one each: a minute sees only a few such lines of one server
        server.start();
        auto bystander = server.connect();
        REQUIRE(bystander.send("19:postfix exam"));
        auto client = server.connect();
        client.send(bytes);
        CHECK(client.is_closed());
        const std::string line =
            "client-malformed client=127.0.0.1 reason=\"" + std::string(why) + "\" unsaid=0";
        CHECK(server.log.count(line) == 1);
        CHECK(server.log.count("client-malformed") == 1);
        REQUIRE(bystander.send("ple.com,"));
        CHECK(bystander.reply() == secure("example.com"));
    }
}

// proves MAP-1
TEST_CASE("rubbish after requests does not cost them their answers") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    const auto request = SocketmapClient::request("postfix", "example.com");
    client.send(request + request + "rubbish");
    CHECK(client.reply() == secure("example.com"));
    CHECK(client.reply() == secure("example.com"));
    CHECK(client.is_closed());
}

// proves MAP-1
TEST_CASE("many clients that send rubbish fill no log") {
    ServerFixture server;
    server.start();
    constexpr std::size_t clients = 100;
    for (std::size_t i = 0; i < clients; ++i) {
        auto client = server.connect();
        client.send("rubbish");
        CHECK(client.is_closed());
    }
    CHECK(server.log.count("client-malformed") >= 5);
    CHECK(server.log.count("client-malformed") <= 10);  // the minute may end under way
}

TEST_CASE("a client that leaves in the middle of a request is let go without a word") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    REQUIRE(client.ask("postfix", "example.com") == secure("example.com"));
    client.send("19:postfix exam");
    client.finish_sending();
    CHECK(client.is_closed());
    CHECK(server.log.count("client") == 0);
}
