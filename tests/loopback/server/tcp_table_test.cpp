#include "loopback/server/server_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tlspolicy::test;

namespace {

std::string table_answer(const std::string& domain) {
    return "200 secure%20match=mx." + domain + "%20servername=hostname\n";
}

struct TableServer : ServerFixture {
    TableServer() {
        restart.listeners = {{port.endpoint(), {}, "postfix"}};
        start();
    }
};

}  // namespace

// proves MAP-6
TEST_CASE("a tcp_table answers lines, pipelined or octet by octet, in order") {
    TableServer server;
    auto client = server.connect();
    CHECK(client.exchange("get example.com\n", table_answer("example.com").size())
          == table_answer("example.com"));
    const std::string both = table_answer("a.example") + table_answer("example.com") + "500 not%20found\n";
    CHECK(client.exchange("get a.example\r\nget %65xample.com\nget localhost\n", both.size()) == both);
    for (const char octet : std::string("get example.co"))
        REQUIRE(client.send(std::string(1, octet)));
    CHECK(client.exchange("m\n", table_answer("example.com").size()) == table_answer("example.com"));
    const std::string refusal = "500 only%20get%20is%20served\n";
    CHECK(client.exchange("put example.com x\n", refusal.size()) == refusal);
    CHECK(client.exchange("get example.com\n", table_answer("example.com").size())
          == table_answer("example.com"));
    CHECK(server.log.count("listening tcp_table=") == 1);
}

TEST_CASE("a tcp_table lets go of who sends what is no line, with one line in the log") {
    TableServer server;
    auto coded = server.connect();
    REQUIRE(coded.send("get %zz\n"));
    CHECK(coded.is_closed());
    auto endless = server.connect();
    endless.send(std::string(5000, 'x'));
    CHECK(endless.is_closed());
    CHECK(server.log.count("client-malformed client=127.0.0.1 reason=\"a % without two digits\"") == 1);
    CHECK(server.log.count("client-malformed client=127.0.0.1 reason=\"the line is too long\"") == 1);
}

TEST_CASE("a map that a reload has taken away makes a tcp_table say: try again") {
    TableServer server;
    auto client = server.connect();
    server.settings.maps = {{"other", {}}};
    server.server().configure(server.settings);
    const std::string reply = "400 unknown%20map%20postfix\n";
    CHECK(client.exchange("get example.com\n", reply.size()) == reply);
}

TEST_CASE("a tcp_table answers in flight before the server stops") {
    TableServer server;
    auto client = server.connect();
    REQUIRE(client.send("get held.example.com\nget example.com\n"));
    REQUIRE(server.policies().wait_for_questions(1));
    server.server().stop_accepting();
    server.server().drain();
    server.policies().release();
    const std::string both = table_answer("held.example.com") + table_answer("example.com");
    CHECK(client.exchange("", both.size()) == both);
    CHECK(client.is_closed());
    server.join();
}
