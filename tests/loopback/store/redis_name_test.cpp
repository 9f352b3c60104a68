// How the shared store's server is found by its name.
#include "fakes/hanging_name.hpp"
#include "fakes/log_capture.hpp"
#include "fakes/tcp_server.hpp"
#include "loopback/store/redis_fixture.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a server is found by a name of /etc/hosts") {
    const fakes::LogCapture log;
    fakes::TcpServer server(*IpAddress::parse("127.0.0.1"), 0, [](fakes::PeerSocket& peer) {
        char byte = 0;
        if (peer.read(&byte, 1) == 1 && peer.write("+PONG\r\n"))
            static_cast<void>(peer.hung_up_within(seconds(10)));
    });
    store::RedisSettings settings;
    settings.host = "localhost";
    settings.port = server.port();
    SharedClient client(settings);
    CHECK(client.connected());
}

TEST_CASE("the end waits for no name that is being looked up") {
    const fakes::LogCapture log;
    const fakes::HangingName name;
    store::RedisSettings settings;
    settings.host = fakes::HangingName::host;
    std::chrono::steady_clock::time_point end;
    {
        SharedClient client(settings);
        REQUIRE(client.eventually([&] { return name.held_up() == 1; }));
        end = std::chrono::steady_clock::now();
    }
    CHECK(std::chrono::steady_clock::now() - end < seconds(2));
    CHECK(name.held_up() == 1);
}

TEST_CASE("a name that takes long to be looked up is looked up once at a time") {
    const fakes::LogCapture log;
    const fakes::HangingName name;
    store::RedisSettings settings;
    settings.host = fakes::HangingName::host;
    SharedClient client(settings);
    client.pass(milliseconds(300));  // the pauses before another attempt are shorter
    CHECK(name.held_up() == 1);
    CHECK(client.find().has_error());
}

}  // namespace tlspolicy::test
