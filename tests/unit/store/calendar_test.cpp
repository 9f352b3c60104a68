#include "store/calendar.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::store {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr WallTime noon{std::chrono::sys_days(std::chrono::year{2027} / 5 / 1).time_since_epoch()
                        + hours(12)};
constexpr WallTime nineteen_seventy{hours(1)};
constexpr Time up{hours(100)};  // since the machine's start

Anchor at(const char* boot, Time time, WallTime wall) {
    return {boot, time, wall};
}

}  // namespace

TEST_CASE("a fresh store goes by the system's clock, and both directions agree") {
    const Calendar calendar(std::nullopt, at("a", up, noon));
    CHECK(calendar.wall(up) == noon);
    CHECK(calendar.wall(up - hours(200)) == noon - hours(200));  // before the machine's start
    CHECK(calendar.time(noon + hours(3)) == up + hours(3));
    CHECK(calendar.anchor(up + hours(1)) == at("a", up + hours(1), noon + hours(1)));
}

TEST_CASE("within one start of the machine no jump of the system's clock is followed") {  // proves STS-34
    const Anchor before = at("a", up, noon);
    for (const Duration jump : {Duration(0), Duration(hours(24 * 3650)), Duration(-hours(24 * 100))}) {
        // A restart of the daemon, two hours later, by a clock that has been moved.
        const Calendar calendar(before, at("a", up + hours(2), noon + hours(2) + jump));
        CHECK(calendar.wall(up + hours(2)) == noon + hours(2));
        CHECK_FALSE(calendar.followed(at("a", up + hours(3), noon + hours(3) + jump)));
        CHECK(calendar.wall(up + hours(3)) == noon + hours(3));
    }
}

TEST_CASE("after another start of the machine the time that has passed counts") {
    const Calendar calendar(at("a", up, noon), at("b", Time(minutes(1)), noon + hours(5)));
    CHECK(calendar.wall(Time(minutes(1))) == noon + hours(5));
}

TEST_CASE("a machine that starts without a clock goes on from what the store has seen, then by the clock") {
    const Calendar calendar(at("a", up, noon), at("b", Time(minutes(1)), nineteen_seventy));
    CHECK(calendar.wall(Time(minutes(1))) == noon);
    CHECK(calendar.behind_since() == Time(minutes(1)));
    CHECK_FALSE(calendar.followed(at("b", Time(minutes(2)), nineteen_seventy + minutes(1))));
    CHECK(calendar.wall(Time(minutes(2))) == noon + minutes(1));
    // The network tells the time: eight hours have passed while it was off.
    const auto right = calendar.followed(at("b", Time(minutes(3)), noon + hours(8)));
    REQUIRE(right.has_value());
    CHECK(right->wall(Time(minutes(3))) == noon + hours(8));
    CHECK(right->behind_since() == std::nullopt);
    CHECK_FALSE(right->followed(at("b", Time(minutes(4)), noon + hours(800))));  // but only once
}

TEST_CASE("a restart of the daemon forgets neither that the clock is behind nor since when") {
    const Calendar first(at("a", up, noon), at("b", Time(minutes(1)), noon - hours(1)));
    const Calendar second(first.anchor(Time(minutes(5))),
                          at("b", Time(minutes(9)), noon - hours(1) + minutes(8)));
    CHECK(second.wall(Time(minutes(9))) == noon + minutes(8));
    CHECK(second.behind_since() == Time(minutes(1)));
    const auto right = second.followed(at("b", Time(minutes(10)), noon + hours(8)));
    REQUIRE(right.has_value());
    const Calendar third(right->anchor(Time(minutes(10))), at("b", Time(minutes(11)), noon + hours(800)));
    CHECK(third.wall(Time(minutes(11))) == noon + hours(8) + minutes(1));
    CHECK(third.behind_since() == std::nullopt);
}

TEST_CASE("a fresh store on a machine without a clock is dated again when it is set") {
    const Calendar calendar(std::nullopt, at("a", up, nineteen_seventy));
    CHECK(calendar.wall(up) == nineteen_seventy);
    const auto right = calendar.followed(at("a", up + minutes(1), noon));
    REQUIRE(right.has_value());
    CHECK(right->wall(up + minutes(1)) == noon);
}

TEST_CASE("a start of the machine without a name is another one") {
    const Calendar calendar(at("", up, noon), at("", up + hours(1), noon + hours(7)));
    CHECK(calendar.wall(up + hours(1)) == noon + hours(7));
}

}  // namespace tlspolicy::store
