#include "fakes/log_capture.hpp"
#include "fakes/redis_server.hpp"
#include "fakes/tcp_server.hpp"
#include "loopback/store/redis_fixture.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <utility>

namespace tlspolicy::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string key = "tlspolicyd:1:d1.example.com";

bool is_close(Time a, Time b) {
    return a - b < seconds(2) && b - a < seconds(2);
}

}  // namespace

TEST_CASE("what one daemon publishes another finds, as old as it is") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const fakes::RedisServer server(directory.file("s"));
    SharedClient one(at(directory.file("s")));
    SharedClient two(at(directory.file("s")));
    REQUIRE(one.connected());
    REQUIRE(two.connected());
    CHECK(two.find().value() == std::nullopt);
    const auto policy = fetched(one.now(), hours(5));
    one.publish(policy);
    REQUIRE(one.settled(1));
    const auto found = two.find().value();
    REQUIRE(found.has_value());
    CHECK(found->domain == policy.domain);
    CHECK(found->body == policy.body);
    CHECK(found->id == policy.id);
    CHECK(is_close(found->fetched, policy.fetched));
    CHECK(is_close(found->expires, policy.expires));
    CHECK(two->statistics().found == 1);
    CHECK(log.count("shared-store-connected") == 2);
}

TEST_CASE("the newest fetch wins, in whatever order they come, and an expired one does not come back") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const fakes::RedisServer server(directory.file("s"));
    SharedClient client(at(directory.file("s")));
    REQUIRE(client.connected());
    const Time now = client.now();
    client.publish(fetched(now, hours(5), "old"));
    client.publish(fetched(now, hours(1), "new"));
    client.publish(fetched(now, hours(3), "middle"));
    REQUIRE(client.settled(3));
    CHECK(client->statistics().outdone == 1);
    CHECK(client.find().value()->id == "new");

    server.call("FLUSHALL");
    client.publish(fetched(now, hours(3), "expired", hours(2)));
    client.publish(fetched(now, hours(2) - milliseconds(300), "short", hours(2)));
    REQUIRE(client.settled(5));
    CHECK(client.eventually([&] { return client.find().value() == std::nullopt; }));
}

TEST_CASE("a policy of no duration ends the one that is there, but none that was fetched later") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fakes::RedisServer server(directory.file("s"));
    SharedClient client(at(directory.file("s")));
    REQUIRE(client.connected());
    client.publish(fetched(client.now(), hours(5)));
    client.publish(fetched(client.now(), hours(6), "earlier", Duration(0)));
    REQUIRE(client.settled(2));
    CHECK(client.find().value()->id == "id1");
    client.publish(fetched(client.now(), hours(4), "later", Duration(0)));
    REQUIRE(client.settled(3));
    CHECK(client.find().value() == std::nullopt);
    CHECK(server.call("EXISTS " + key).starts_with(":0"));

    client.publish(fetched(client.now(), hours(3)));
    REQUIRE(client.settled(4));
    server.kill();
    REQUIRE(client.eventually([&] { return !client->statistics().connected; }));
    client.publish(fetched(client.now(), hours(2), "later", Duration(0)));  // is told when it is back
    server.start();
    REQUIRE(client.connected());
    CHECK(client.eventually([&] {
        const auto found = client.find();
        return found && found.value() == std::nullopt;
    }));
}

TEST_CASE("what one daemon has the server forget, no other finds, even if it was not published yet") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fakes::RedisServer server(directory.file("s"));
    SharedClient client(at(directory.file("s")));
    REQUIRE(client.connected());
    client.publish(fetched(client.now(), hours(5)));
    REQUIRE(client.settled(1));
    client->erase("d1.example.com");
    CHECK(client.find().value() == std::nullopt);
    CHECK(server.call("EXISTS " + key).starts_with(":0"));

    server.kill();
    REQUIRE(client.eventually([&] { return !client->statistics().connected; }));
    client.publish(fetched(client.now(), hours(5)));
    client->erase("d1.example.com");
    server.start();
    REQUIRE(client.connected());
    CHECK(client.find().value() == std::nullopt);
}

TEST_CASE("a server that is killed and comes back is used again, and told what it missed") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    fakes::RedisServer server(directory.file("s"));
    SharedClient client(at(directory.file("s")));
    REQUIRE(client.connected());
    server.kill();
    CHECK(client.eventually([&] { return !client->statistics().connected; }));
    CHECK(client.find().has_error());
    client.publish(fetched(client.now(), hours(1)));
    CHECK(client.eventually([&] { return log.count("shared-store-unusable") > 0; }));
    server.start();
    REQUIRE(client.connected());
    REQUIRE(client.eventually([&] { return client->statistics().published == 1; }));
    CHECK(client.find().value()->id == "id1");
}

TEST_CASE("a server that is stopped in its tracks delays nobody beyond the limit, and does no harm later") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const fakes::RedisServer server(directory.file("s"));
    SharedClient client(at(directory.file("s")));
    REQUIRE(client.connected());
    client.publish(fetched(client.now(), hours(1)));
    REQUIRE(client.settled(1));
    server.signal(SIGSTOP);
    CHECK(client.find().has_error());
    CHECK(client.find().has_error());
    CHECK(client->statistics().too_late == 2);
    CHECK(client.find().error().message() == "the shared store is away");  // at once: it is slow
    CHECK(client->statistics().finds == 2);
    CHECK(log.count("takes longer than 50 ms") == 1);
    server.signal(SIGCONT);
    CHECK(client.eventually([&] { return client.find().has_value(); }));
    CHECK(client.find().value()->id == "id1");
    CHECK(client->statistics().connections == 1);
}

TEST_CASE("a full server, and one that may not be written, are said once and read all the same") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const fakes::RedisServer server(directory.file("s"));
    SharedClient client(at(directory.file("s")));
    REQUIRE(client.connected());
    client.publish(fetched(client.now(), hours(2)));
    REQUIRE(client.settled(1));
    server.call("CONFIG SET maxmemory 1");
    client.publish(fetched(client.now(), hours(1), "id2"));
    REQUIRE(client.settled(2));
    CHECK(log.count("OOM") == 1);
    CHECK(client.find().value()->id == "id1");
    server.call("CONFIG SET maxmemory 0");
    client.publish(fetched(client.now(), hours(1), "id2"));
    REQUIRE(client.eventually([&] { return client->statistics().published == 2; }));
    CHECK(client.find().value()->id == "id2");
    server.call("FLUSHALL");
    CHECK(client.find().value() == std::nullopt);
}

TEST_CASE("user, password and database are used, and wrong ones refused without being shown") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const fakes::RedisServer server(directory.file("s"), {"--requirepass", "hunter2"});
    auto settings = at(directory.file("s"));
    {
        SharedClient client(settings);
        CHECK(client.eventually([&] { return log.count("NOAUTH") == 1; }));
        CHECK(client.find().has_error());
    }
    settings.password = "hunter3";
    {
        SharedClient client(settings);
        CHECK(client.eventually([&] { return log.count("WRONGPASS") == 1; }));
    }
    settings.user = "default";
    settings.password = "hunter2";
    settings.database = 3;
    SharedClient client(settings);
    REQUIRE(client.connected());
    client.publish(fetched(client.now(), hours(1)));
    REQUIRE(client.settled(1));
    CHECK(client.find().value().has_value());
    settings.database = 4;
    SharedClient other(settings);
    REQUIRE(other.connected());
    CHECK(other.find().value() == std::nullopt);
    CHECK(log.count("hunter") == 0);
}

TEST_CASE("what others have put in a policy's place is refused") {
    const fakes::LogCapture log;
    const StoreDirectory directory;
    const fakes::RedisServer server(directory.file("s"));
    SharedClient client(at(directory.file("s")));
    REQUIRE(client.connected());
    for (const std::string& command :
         {"SET " + key + " x PX 100000", "HSET " + key + " body x", "HSET " + key + " body x id y life -5",
          "HSET " + key + " body x id y life 10", "HSET " + key + " body x id y life 99999999999999999999"}) {
        CAPTURE(command);
        server.call("FLUSHALL");
        server.call(command);
        server.call("PEXPIRE " + key + " 100000");
        CHECK(client.find().has_error());
        CHECK(client->statistics().connected);
    }
    server.call("FLUSHALL");
    server.call("HSET " + key + " body x id y life 100000");  // never expires
    CHECK(client.find().value() == std::nullopt);
    client.publish(fetched(client.now(), hours(1)));
    CHECK(client.eventually([&] { return client.find().value().has_value(); }));
}

TEST_CASE("whatever a server answers instead of Redis' own words, the connection ends and nothing else") {
    for (const std::string& words :
         {std::string("HTTP/1.1 400 Bad Request\r\n\r\n"), std::string("+PONG\r\n*-7\r\n$-9\r\n!!!\r\n"),
          std::string("+PONG\r\n$99999999999999999999\r\n"), std::string(100'000, 'x'), std::string()}) {
        const fakes::LogCapture log;
        fakes::TcpServer server(*IpAddress::parse("127.0.0.1"), 0, [&](fakes::PeerSocket& peer) {
            char byte = 0;
            if (peer.read(&byte, 1) == 1 && peer.write(words))
                static_cast<void>(peer.hung_up_within(milliseconds(20)));
        });
        store::RedisSettings settings;
        settings.host = "127.0.0.1";
        settings.port = server.port();
        SharedClient client(settings);
        CHECK(client.eventually([&] { return client->statistics().errors > 2; }));
        CHECK(client.find().has_error());
        client.publish(fetched(client.now(), hours(1)));
        CHECK(log.count("shared-store-unusable") > 0);
    }
}

TEST_CASE("a server that cannot be found, or is not there, is said and tried again") {
    const fakes::LogCapture log;
    store::RedisSettings settings;
    settings.host = "127.0.0.1";
    settings.port = 1;
    {
        SharedClient client(settings);
        CHECK(client.eventually([&] { return log.count("shared-store-unusable") > 0; }));
        CHECK(client.find().has_error());
    }
    settings.host = "no-such-host.invalid";
    SharedClient client(settings);
    CHECK(client.eventually([&] { return log.count("cannot be resolved") > 0; }));
}

}  // namespace tlspolicy::test
