#include "fakes/manual_clock.hpp"
#include "fakes/manual_wall_clock.hpp"
#include "loopback/server/server_fixture.hpp"
#include "server/serving_loop.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace tlspolicy;
using namespace tlspolicy::test;

TEST_CASE("a serving loop is as old as its last heartbeat, and for ever young when it has ended") {
    EngineFixture engine{{}};
    const fakes::ManualWallClock wall_clock;
    fakes::ManualClock clock;
    server::Shared shared{engine.engine(), clock, wall_clock, LogLimiter(clock)};
    server::ServingLoop loop(shared, std::make_shared<const server::Settings>());
    const Time made = clock.now();
    CHECK(loop.last_heartbeat() == made);
    clock.advance(std::chrono::hours(1));
    CHECK(loop.last_heartbeat() == made);  // it does not turn
    loop.context().poll();
    CHECK(loop.last_heartbeat() == clock.now());
    clock.advance(std::chrono::hours(1));
    loop.drain();
    loop.context().poll();
    CHECK(loop.last_heartbeat() == Time::max());
    CHECK(loop.context().stopped());  // no timer keeps it
}

TEST_CASE("a server is alive when each of its loops turns") {
    ServerFixture server;
    server.restart.threads = 3;
    const Time before = server.engine.clock().now();
    server.start();
    CHECK(server.server().alive_since(before));
    CHECK_FALSE(server.server().alive_since(before + std::chrono::hours(1)));
}
