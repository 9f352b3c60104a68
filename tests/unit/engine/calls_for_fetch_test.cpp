#include "engine/learning.hpp"
#include "samples.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::engine {
namespace {

using namespace samples;

constexpr Reason all_reasons[] = {Reason::lookup, Reason::recheck, Reason::refresh};

cache::Cached expired() {
    cache::Cached state = cached();
    state.expires = now - Duration(1);
    return state;
}

cache::Unavailable unavailable(std::string_view id, Duration retry_in) {
    return {failure(ErrorKind::fetch, id, retry_in), now};
}

bool fetches(const cache::StsState& before, const RecordOutcome& record, Reason reason) {
    return calls_for_fetch(before, record, reason, now);
}

}  // namespace

TEST_CASE("a record without an unexpired policy calls for the fetch") {  // proves STS-33
    for (const Reason reason : all_reasons) {
        CHECK(fetches(cache::Unknown{}, found("id1"), reason));
        CHECK(fetches(cache::NoRecord{now}, found("id1"), reason));
        CHECK(fetches(expired(), found("id1"), reason));
    }
}

TEST_CASE("with a policy held, a new id calls for the fetch, and the same one at a refresh only") {
    // proves STS-31, STS-32
    CHECK_FALSE(fetches(cached(), found("id1"), Reason::lookup));
    CHECK_FALSE(fetches(cached(), found("id1"), Reason::recheck));
    CHECK(fetches(cached(), found("id1"), Reason::refresh));
    for (const Reason reason : all_reasons)
        CHECK(fetches(cached(), found("id2"), reason));
}

TEST_CASE("a failed fetch is not tried again before its pause is over, unless the id changes") {
    // proves STS-25
    for (const Reason reason : all_reasons) {
        CHECK_FALSE(fetches(unavailable("id1", Duration(1)), found("id1"), reason));
        CHECK(fetches(unavailable("id1", Duration(0)), found("id1"), reason));
        CHECK(fetches(unavailable("id1", hours(1)), found("id2"), reason));
        const auto held = with_failure(cached(), failure(ErrorKind::fetch, "id2", minutes(5)));
        CHECK_FALSE(fetches(held, found("id2"), reason));
        CHECK(fetches(held, found("id3"), reason));
    }
    const auto refresh_failed = with_failure(cached(), failure(ErrorKind::fetch, "id1", minutes(5)));
    CHECK_FALSE(fetches(refresh_failed, found("id1"), Reason::refresh));
}

TEST_CASE("the pause of a policy that expired meanwhile goes on") {  // proves STS-25
    const auto before = with_failure(expired(), failure(ErrorKind::fetch, "id1", minutes(5)));
    CHECK_FALSE(fetches(before, found("id1"), Reason::lookup));
    CHECK(fetches(before, found("id2"), Reason::lookup));
}

TEST_CASE("without a record there is nothing to fetch") {  // proves STS-5
    for (const Reason reason : all_reasons) {
        CHECK_FALSE(fetches(cache::Unknown{}, absent(), reason));
        CHECK_FALSE(fetches(cache::Unknown{}, unanswered(), reason));
        CHECK_FALSE(fetches(expired(), absent(), reason));
        CHECK_FALSE(fetches(expired(), unanswered(), reason));
    }
}

TEST_CASE("a refresh goes on whatever is said of the record") {  // proves STS-30, STS-32
    for (const RecordOutcome& record : {RecordOutcome(unanswered()), RecordOutcome(absent())}) {
        CHECK(fetches(cached(), record, Reason::refresh));
        CHECK_FALSE(fetches(cached(), record, Reason::recheck));
        CHECK_FALSE(fetches(cached(), record, Reason::lookup));
    }
}

TEST_CASE(
    "an operator who wants to know now has the policy fetched, whatever pauses, but only where there is "
    "one") {
    CHECK(fetches(cached(), found("id1"), Reason::demand));
    CHECK(fetches(unavailable("id1", hours(1)), found("id1"), Reason::demand));
    const auto held = with_failure(cached(), failure(ErrorKind::fetch, "id2", minutes(5)));
    CHECK(fetches(held, found("id2"), Reason::demand));
    // proves STS-32: who suppresses or forges DNS gains nothing
    CHECK(fetches(cached(), unanswered(), Reason::demand));
    CHECK(fetches(cached(), absent(), Reason::demand));
    CHECK_FALSE(fetches(expired(), absent(), Reason::demand));
    CHECK_FALSE(fetches(expired(), unanswered(), Reason::demand));
    CHECK_FALSE(fetches(cache::Unknown{}, unanswered(), Reason::demand));
}

}  // namespace tlspolicy::engine
