#include "app/watchdog.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tlspolicy::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Word = Watchdog::Word;

constexpr seconds limit{60};
constexpr milliseconds look_pause{250};

/// A watchdog that is looked at for a while, with the moments, in seconds, of what it said.
struct Watched {
    Watchdog watchdog{limit};
    Time begin{std::chrono::hours(1000)};
    Time now = begin;
    std::vector<long> alive;
    std::vector<long> stalled;

    void pass(seconds time, bool turning) {
        for (const Time end = now + time; now < end; now += look_pause) {
            const Word word = watchdog.look(now, turning);
            const auto moment = std::chrono::duration_cast<seconds>(now - begin).count();
            if (word == Word::alive) alive.push_back(moment);
            if (word == Word::stalled) stalled.push_back(moment);
        }
    }
};

}  // namespace

TEST_CASE("the service manager is told four times in its limit that all is well") {
    Watched watched;
    watched.pass(limit, true);
    CHECK(watched.alive == std::vector<long>{0, 15, 30, 45});
    CHECK(watched.stalled.empty());
}

TEST_CASE("as long as a loop stands still nothing is told, and the log hears of it once") {
    Watched watched;
    watched.pass(seconds(10), true);
    watched.pass(seconds(100), false);
    CHECK(watched.alive == std::vector<long>{0});
    CHECK(watched.stalled == std::vector<long>{25});
    watched.pass(seconds(1), true);
    CHECK(watched.alive == std::vector<long>{0, 110});
    watched.pass(seconds(20), false);
    CHECK(watched.stalled == std::vector<long>{25, 126});
}

TEST_CASE("one old sign, as after the sleep of a machine, is no news") {
    Watched watched;
    watched.pass(seconds(1), true);
    watched.now += std::chrono::hours(8);
    watched.pass(seconds(1), false);
    watched.pass(seconds(1), true);
    CHECK(watched.stalled.empty());
    CHECK(watched.alive.size() == 2);
}

TEST_CASE("a loop may stand still for half the limit") {
    const Watchdog watchdog(limit);
    const Time now{std::chrono::hours(1000)};
    CHECK(watchdog.oldest_sign(now) == now - seconds(30));
}

TEST_CASE("without a limit nobody is told anything") {
    Watchdog none{Duration::zero()};
    CHECK(none.look(Time{seconds(1)}, true) == Word::none);
    CHECK(none.look(Time{seconds(100)}, false) == Word::none);
    CHECK(none.look(Time{seconds(900)}, false) == Word::none);
}

}  // namespace tlspolicy::app
