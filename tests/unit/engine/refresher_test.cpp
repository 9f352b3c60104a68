#include "engine/refresher.hpp"

#include "samples.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::engine {
namespace {

using namespace samples;

constexpr Duration tick{1};

Care care(cache::StsState state, Duration unused = Duration(0)) {
    const auto entry = cache::Entry::create(domain(), std::move(state), now - unused);
    return care_for(*entry, Settings{}, now);
}

cache::Cached due(Duration refresh_in, Duration expires_in = hours(1)) {
    cache::Cached state = cached();
    state.refresh = now + refresh_in;
    state.expires = now + expires_in;
    return state;
}

cache::Unavailable unavailable(Duration retry_in) {
    return {failure(ErrorKind::fetch, "id1", retry_in), now - hours(1)};
}

}  // namespace

TEST_CASE("a policy is refreshed when its time has come, used or not, but not unused for a month") {
    // proves STS-32
    CHECK(care(due(tick)) == Care::none);
    CHECK(care(due(Duration(0))) == Care::refresh);
    CHECK(care(due(Duration(0)), hours(24 * 30) - tick) == Care::refresh);
    CHECK(care(due(Duration(0)), hours(24 * 30)) == Care::none);
    CHECK(care(due(-hours(1), Duration(0))) == Care::refresh);
}

TEST_CASE("a failing recheck does not stand in the way of the refresh") {  // proves STS-30, STS-32
    CHECK(care(with_failure(due(Duration(0)), failure(ErrorKind::dns, "", minutes(5)))) == Care::refresh);
    CHECK(care(with_failure(due(tick), failure(ErrorKind::dns, "", -minutes(5)))) == Care::none);
}

TEST_CASE("an expired policy is forgotten, but not the pause of a broken host") {  // proves STS-25
    CHECK(care(due(-hours(1), -tick)) == Care::forget);
    CHECK(care(with_failure(due(-hours(1), -tick), failure(ErrorKind::fetch, "id2", tick))) == Care::none);
    CHECK(care(with_failure(due(-hours(1), -tick), failure(ErrorKind::fetch, "id2", Duration(0))))
          == Care::forget);
}

TEST_CASE("what is no longer believed is forgotten") {
    CHECK(care(cache::Unknown{}) == Care::forget);
    CHECK(care(cache::NoRecord{now + tick}) == Care::none);
    CHECK(care(cache::NoRecord{now}) == Care::forget);
}

TEST_CASE("a failure is remembered beyond its pause, so that the next one is longer") {  // proves STS-25
    CHECK(care(unavailable(tick)) == Care::none);
    CHECK(care(unavailable(-minutes(59))) == Care::none);
    CHECK(care(unavailable(-minutes(60))) == Care::forget);
}

}  // namespace tlspolicy::engine
