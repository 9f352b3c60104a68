#include "engine/freshness.hpp"

#include "samples.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::engine {
namespace {

using namespace samples;

constexpr Duration tick{1};

cache::Cached due(Duration recheck_in, Duration expires_in) {
    cache::Cached state = cached();
    state.recheck = now + recheck_in;
    state.expires = now + expires_in;
    return state;
}

cache::Unavailable unavailable(Duration until) {
    return {failure(ErrorKind::fetch, "id1", hours(1)), now + until};
}

}  // namespace

TEST_CASE("a state answers until its time is up, and a policy until it expires") {  // proves STS-31, STS-33
    const auto check = [](const cache::StsState& state, Freshness expected) {
        CHECK(freshness(state, now) == expected);
    };
    check(cache::Unknown{}, Freshness::stale);
    check(cache::NoRecord{now + tick}, Freshness::fresh);
    check(cache::NoRecord{now}, Freshness::stale);
    check(unavailable(tick), Freshness::fresh);
    check(unavailable(Duration(0)), Freshness::stale);
    check(due(tick, hours(1)), Freshness::fresh);
    check(due(Duration(0), hours(1)), Freshness::recheck_due);
    check(due(-hours(1), Duration(0)), Freshness::recheck_due);
    check(due(-hours(1), -tick), Freshness::stale);
    check(due(hours(1), -tick), Freshness::stale);
}

TEST_CASE("only a policy that has not expired is one to apply") {  // proves STS-33
    CHECK(unexpired(due(tick, Duration(0)), now) != nullptr);
    CHECK(unexpired(due(tick, -tick), now) == nullptr);
    CHECK(unexpired(cache::Unknown{}, now) == nullptr);
    CHECK(unexpired(cache::NoRecord{now + tick}, now) == nullptr);
    CHECK(unexpired(unavailable(tick), now) == nullptr);
}

TEST_CASE("a state remembers its last failure") {
    CHECK(failure_of(cache::Unknown{}) == nullptr);
    CHECK(failure_of(cache::NoRecord{now}) == nullptr);
    CHECK(failure_of(cached()) == nullptr);
    const cache::StsState failing = with_failure(cached(), failure(ErrorKind::fetch, "id2", minutes(5)));
    REQUIRE(failure_of(failing) != nullptr);
    CHECK(failure_of(failing)->id == "id2");
    const cache::StsState none = unavailable(tick);
    REQUIRE(failure_of(none) != nullptr);
    CHECK(failure_of(none)->error.kind() == ErrorKind::fetch);
}

TEST_CASE("the pause after failures doubles from five minutes to an hour") {  // proves STS-25
    const Settings settings;
    CHECK(retry_pause(settings, 1) == minutes(5));
    CHECK(retry_pause(settings, 2) == minutes(10));
    CHECK(retry_pause(settings, 3) == minutes(20));
    CHECK(retry_pause(settings, 4) == minutes(40));
    CHECK(retry_pause(settings, 5) == minutes(60));
    CHECK(retry_pause(settings, 6) == minutes(60));
    CHECK(retry_pause(settings, 4'000'000'000U) == minutes(60));

    Settings patient;
    patient.retry_after = hours(2);  // the operator's own pause counts, beyond the hour too
    CHECK(retry_pause(patient, 1) == hours(2));
    CHECK(retry_pause(patient, 9) == hours(2));
}

TEST_CASE("a policy is refreshed in the second half of half its life, within a day") {  // proves STS-32
    CHECK(refresh_time(now, hours(24 * 365), 0.0) == now + hours(24));
    CHECK(refresh_time(now, hours(24 * 365), 0.5) == now + hours(18));
    CHECK(refresh_time(now, hours(24 * 365), 1.0) == now + hours(12));
    CHECK(refresh_time(now, hours(4), 0.0) == now + hours(2));
    CHECK(refresh_time(now, hours(4), 1.0) == now + hours(1));
    CHECK(refresh_time(now, minutes(10), 0.0) == now + minutes(5));
    CHECK(refresh_time(now, minutes(10) - tick * 2, 0.0) == Time::max());
    CHECK(refresh_time(now, Duration(0), 0.5) == Time::max());
}

}  // namespace tlspolicy::engine
