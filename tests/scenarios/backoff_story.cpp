// How often a broken policy host is tried.
#include "world.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace tlspolicy::scenarios {
namespace {

void ask_every(World& world, Duration interval, Duration how_long) {
    for (Duration passed{}; passed < how_long; passed += interval) {
        world.advance(interval, interval);
        world.ask("example.com");
    }
}

std::vector<Duration> minutes_of(std::initializer_list<int> all) {
    std::vector<Duration> times;
    for (const int each : all)
        times.emplace_back(minutes(each));
    return times;
}

void broken(World& world, Duration ttl = minutes(1)) {
    world.record("example.com", "id1", ttl);
    world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 500");
    world.ask("example.com");
}

}  // namespace

TEST_CASE("the pause doubles from five minutes to an hour, however often is asked") {  // proves STS-25
    const auto asked_every = [](Duration interval) {
        return [interval](World& world) {
            broken(world, minutes(5));
            ask_every(world, interval, hours(5));
            world.expect_that(
                world.fetch_times("example.com") == minutes_of({0, 5, 15, 35, 75, 135, 195, 255}),
                "the fetches come at other times");
            world.expect("example.com", not_found);
        };
    };
    play_once(asked_every(seconds(30)));
    play(asked_every(minutes(5)));
}

TEST_CASE("a domain asked for now and then meets ever longer pauses, too") {  // proves STS-25
    play([](World& world) {
        broken(world);
        ask_every(world, minutes(10), hours(5));
        world.expect_that(world.fetch_times("example.com") == minutes_of({0, 10, 20, 40, 80, 140, 200, 260}),
                          "the fetches come at other times");
    });
}

TEST_CASE("the pause is forgotten as soon as the id changes") {  // proves STS-25
    play([](World& world) {
        broken(world);
        ask_every(world, minutes(1), minutes(20));
        world.record("example.com", "id2");
        ask_every(world, minutes(1), minutes(7));
        world.expect_that(world.fetch_times("example.com") == minutes_of({0, 5, 15, 21, 26}),
                          "the fetches come at other times");
        world.policy("example.com", enforce("mx.example.com"));
        world.record("example.com", "id3");
        world.advance(minutes(1));
        world.expect("example.com", secure("mx.example.com"));
    });
}

TEST_CASE("the pause outlasts a DNS that stumbles") {  // proves STS-25
    play([](World& world) {
        broken(world);
        for (int i = 0; i < 15; ++i) {
            world.dns_fails("example.com");
            ask_every(world, minutes(1), minutes(1));
            world.record("example.com", "id1");
            ask_every(world, minutes(1), minutes(1));
        }
        const auto times = world.fetch_times("example.com");
        world.expect_that(times.size() > 1, "it is not tried again at all");
        world.expect_that(times.size() <= 4, "the pause does not grow");
        for (std::size_t i = 1; i < times.size(); ++i)
            world.expect_that(times[i] - times[i - 1] >= minutes(5), "a pause was cut short");
    });
}

TEST_CASE("a policy held does not make a broken host be tried more often") {  // proves STS-25, STS-30
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com"));
        world.ask("example.com");
        world.record("example.com", "id2");
        world.policy_fails("example.com", ErrorKind::webpki, "certificate has expired");
        ask_every(world, minutes(1), minutes(40));
        world.expect_that(world.fetch_times("example.com") == minutes_of({0, 1, 6, 16, 36}),
                          "the fetches come at other times");
        world.expect("example.com", secure("mx.example.com"));
    });
}

TEST_CASE("a repaired host is found after the pause") {  // proves STS-25
    play([](World& world) {
        broken(world);
        world.policy("example.com", enforce("mx.example.com"));
        world.advance(minutes(5) - seconds(1));
        world.expect("example.com", not_found);
        world.advance(seconds(1));
        world.expect("example.com", secure("mx.example.com"));
        world.expect_told("recovered example.com fetch/1", 1);
    });
}

TEST_CASE("a policy of seconds is fetched again as soon as it has expired") {  // proves STS-25
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", seconds(10)));
        for (int i = 0; i < 5; ++i) {
            world.expect("example.com", secure("mx.example.com"));
            world.advance(seconds(11));
        }
        world.expect_fetches("example.com", 5);
    });
}

TEST_CASE("a policy of seconds that cannot be renewed is no more, and then the pause begins") {
    // proves STS-25, STS-33
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", seconds(10)));
        world.expect("example.com", secure("mx.example.com"));
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 500");
        world.advance(seconds(11));
        world.expect("example.com", not_found);
        world.advance(minutes(4));
        world.expect("example.com", not_found);
        world.expect_fetches("example.com", 2);
        world.policy("example.com", enforce("mx.example.com", seconds(10)));
        world.advance(minutes(1));
        world.expect("example.com", secure("mx.example.com"));
    });
}

}  // namespace tlspolicy::scenarios
