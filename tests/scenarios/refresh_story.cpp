// What is done for a policy behind the answers.
#include "world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace tlspolicy::scenarios {
namespace {

const std::string answer = secure("mx.example.com");

void learnt(World& world, seconds max_age = week, std::string_view domain = "example.com") {
    world.record(domain, "id1");
    world.policy(domain, enforce("mx.example.com", max_age));
    world.expect(domain, answer);
}

}  // namespace

TEST_CASE("a recheck is made once an interval, however many ask") {  // proves STS-31
    play([](World& world) {
        learnt(world);
        for (int minute = 1; minute <= 3; ++minute) {
            world.advance(minutes(1));
            for (int i = 0; i < 50; ++i)
                world.expect("example.com", answer);
            world.expect_queries("example.com", static_cast<std::size_t>(1 + minute));
        }
        world.expect_fetches("example.com", 1);
    });
}

TEST_CASE("the interval is the record's TTL, within bounds") {  // proves STS-31
    play([](World& world) {
        world.record("example.com", "id1", seconds(0));
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", answer);
        world.advance(seconds(29));
        world.expect("example.com", answer);
        world.expect_queries("example.com", 1);
        world.record("example.com", "id1", hours(24));
        world.advance(seconds(1));
        world.expect("example.com", answer);
        world.expect_queries("example.com", 2);
        world.advance(minutes(5) - seconds(1));
        world.expect("example.com", answer);
        world.expect_queries("example.com", 2);
        world.advance(seconds(1));
        world.expect("example.com", answer);
        world.expect_queries("example.com", 3);
    });
}

TEST_CASE("a policy that nobody asks for is refreshed daily, and so never ends") {  // proves STS-32
    play([](World& world) {
        learnt(world, day * 2);
        world.advance(day * 10, minutes(1));
        world.expect_that(world.fetch_times("example.com").size() >= 10, "too few refreshes");
        world.expect_answer(world.ask_later("example.com"), answer);
        world.expect_told("expired", 0);
    });
}

TEST_CASE("policies learnt in one minute are not refreshed in one minute, but each within a day") {
    // proves STS-32
    play_once([](World& world) {
        constexpr int domains = 1000;
        const auto name = [](int i) { return "d" + std::to_string(i) + ".example.com"; };
        for (int i = 0; i < domains; ++i) {
            learnt(world, day * 30, name(i));
            if (i % 20 == 19) world.advance(seconds(1));
        }
        world.advance(day + minutes(2), seconds(1));
        std::map<Duration, int> each_minute;
        int late = 0;
        for (int i = 0; i < domains; ++i) {
            const auto times = world.fetch_times(name(i));
            if (times.size() < 2) {
                ++late;
                continue;
            }
            ++each_minute[std::chrono::floor<minutes>(times[1])];
        }
        world.expect_that(late == 0, std::to_string(late) + " were not refreshed within a day");
        int most = 0;
        for (const auto& [minute, count] : each_minute)
            most = std::max(most, count);
        world.expect_that(most <= domains / 100, std::to_string(most) + " were refreshed in one minute");
    });
}

TEST_CASE("whatever goes wrong with one refresh, every policy holds") {  // proves STS-30, STS-32
    play([](World& world) {
        std::map<std::string, std::size_t> fetches;
        for (const char* domain : {"a.example.com", "b.example.com", "c.example.com", "d.example.com"}) {
            learnt(world, day * 2, domain);
            fetches[domain] = 1;
        }
        for (Duration passed{}; passed < day * 2 + hours(1); passed += minutes(1)) {
            world.advance(minutes(1), minutes(1));
            for (auto& [domain, count] : fetches)
                if (std::exchange(count, world.fetch_times(domain).size()) != count)
                    world.expect(domain, answer);  // at once: a pause later it might be known again
        }
        world.expect_told("expired", 0);
    });
}

TEST_CASE("refreshes that hang leave room for lookups") {
    play_once([](World& world) {
        for (int i = 0; i < 500; ++i)
            learnt(world, minutes(10), "d" + std::to_string(i) + ".example.com");
        world.hold();
        std::size_t most = 0;
        for (int second = 0; second < 300; ++second) {
            world.advance(seconds(1));
            most = std::max(most, world.steps_held());
        }
        world.expect_that(most == 64, std::to_string(most) + " refreshes at one time");
        world.release();
        learnt(world);
    });
}

TEST_CASE("a policy unused for thirty days is refreshed no more, and still applied") {  // proves STS-32
    play_once([](World& world) {
        learnt(world, year);
        world.advance(day * 30, minutes(1));
        const std::size_t refreshed = world.fetch_times("example.com").size();
        world.expect_that(refreshed >= 30, std::to_string(refreshed) + " fetches in thirty days");
        world.advance(day * 10, minutes(1));
        world.expect_that(world.fetch_times("example.com").size() <= refreshed + 1, "it is still refreshed");
        world.expect("example.com", answer);
        world.advance(hours(2), minutes(1));  // in use again
        world.expect_that(world.fetch_times("example.com").size() > refreshed, "it is not refreshed again");
    });
}

TEST_CASE("a refresh goes on while the DNS fails") {  // proves STS-30, STS-32
    play([](World& world) {
        learnt(world, day * 2);
        world.dns_fails("example.com");
        world.advance(day * 5, minutes(1));
        world.expect("example.com", answer);
        world.expect_told("expired", 0);
    });
}

TEST_CASE("lookups whose rechecks fail do not put off the refresh") {  // proves STS-30, STS-32
    play_once([](World& world) {
        learnt(world, hours(4));
        world.dns_fails("example.com");
        for (int i = 0; i < 24 * 60; ++i) {
            world.advance(minutes(1), minutes(1));
            world.expect("example.com", answer);
        }
        world.expect_told("expired", 0);
        const std::size_t fetches = world.fetch_times("example.com").size();
        world.expect_that(fetches >= 12 && fetches <= 30, std::to_string(fetches) + " fetches in a day");
    });
}

TEST_CASE("a refresh that fails is tried again after pauses, not at every chance") {  // proves STS-25, STS-32
    play([](World& world) {
        learnt(world, day * 2);
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 503");
        world.advance(day, seconds(10));
        world.advance(hours(4), seconds(10));
        const std::size_t fetches = world.fetch_times("example.com").size();
        world.expect_that(fetches >= 4 && fetches <= 22, std::to_string(fetches) + " fetches");
        world.policy("example.com", enforce("mx.example.com", day * 2));
        world.advance(hours(2), seconds(10));
        world.expect_told("recovered example.com fetch", 1);
        world.advance(day, minutes(1));
        world.expect("example.com", answer);
    });
}

TEST_CASE("a record that is gone is asked for as often as one that is there") {
    play_once([](World& world) {
        learnt(world, day * 4);
        world.nxdomain("example.com");
        world.advance(day * 2, seconds(10));
        const std::size_t fetches = world.fetch_times("example.com").size();
        world.expect_that(fetches >= 3 && fetches <= 5, std::to_string(fetches) + " fetches");
        world.expect_queries("example.com", fetches);
        world.expect("example.com", answer);
    });
}

}  // namespace tlspolicy::scenarios
