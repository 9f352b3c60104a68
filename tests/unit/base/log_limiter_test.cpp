#include "base/log_limiter.hpp"

#include "fakes/manual_clock.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

using tlspolicy::LogLimiter;
using tlspolicy::fakes::ManualClock;

namespace {

unsigned admitted(LogLimiter& limiter, unsigned lines) {
    unsigned count = 0;
    for (unsigned i = 0; i < lines; ++i)
        count += limiter.admit() ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("five lines a minute are said, the others are not") {
    ManualClock clock;
    LogLimiter limiter(clock);
    for (int i = 0; i < 5; ++i)
        CHECK(limiter.admit() == 0);
    CHECK(admitted(limiter, 1000) == 0);
    clock.advance(std::chrono::seconds(59));
    CHECK(admitted(limiter, 1) == 0);
}

TEST_CASE("the next minute's first line tells how many went unsaid, and the second starts from none") {
    ManualClock clock;
    LogLimiter limiter(clock);
    admitted(limiter, 105);
    clock.advance(std::chrono::minutes(1));
    CHECK(limiter.admit() == 100);
    CHECK(limiter.admit() == 0);
    CHECK(admitted(limiter, 10) == 3);
    clock.advance(std::chrono::hours(5));
    CHECK(limiter.admit() == 7);
}

TEST_CASE("a limiter that threads share loses no line from its account") {
    ManualClock clock;
    LogLimiter limiter(clock);
    constexpr unsigned threads = 4;
    constexpr unsigned lines = 10'000;
    std::atomic<unsigned> said{0};
    std::vector<std::thread> all;
    for (unsigned i = 0; i < threads; ++i)
        all.emplace_back([&] { said += admitted(limiter, lines); });
    for (auto& thread : all)
        thread.join();
    clock.advance(std::chrono::minutes(1));
    const auto unsaid = limiter.admit();
    REQUIRE(unsaid);
    CHECK(said + *unsaid == threads * lines);
    CHECK(said >= 5);
    CHECK(said <= 5 + threads);  // each thread may find the minute new once
}
