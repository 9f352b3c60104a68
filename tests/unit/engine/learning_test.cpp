#include "engine/learning.hpp"

#include "engine/freshness.hpp"
#include "samples.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::engine {
namespace {

using namespace samples;

cache::StsState learnt(const cache::StsState& before, const Outcome& outcome) {
    return learn(before, outcome, Settings{}, now, 0.5);
}

cache::Cached policy_after(const cache::StsState& before, const Outcome& outcome) {
    const cache::StsState after = learnt(before, outcome);
    REQUIRE(std::holds_alternative<cache::Cached>(after));
    return std::get<cache::Cached>(after);
}

cache::Unavailable failure_after(const cache::StsState& before, const Outcome& outcome) {
    const cache::StsState after = learnt(before, outcome);
    REQUIRE(std::holds_alternative<cache::Unavailable>(after));
    return std::get<cache::Unavailable>(after);
}

Time no_record_until(const cache::StsState& before, const Outcome& outcome) {
    const cache::StsState after = learnt(before, outcome);
    REQUIRE(std::holds_alternative<cache::NoRecord>(after));
    return std::get<cache::NoRecord>(after).until;
}

cache::Cached expired(cache::Cached state) {
    state.expires = now - Duration(1);
    return state;
}

cache::Unavailable unavailable(cache::Failure failed) {
    return {std::move(failed), now};
}

void check_goes_on(const cache::Cached& after, const cache::Cached& before) {
    CHECK(after.policy == before.policy);
    CHECK(after.id == before.id);
    CHECK(after.fetched == before.fetched);
    CHECK(after.expires == before.expires);
}

}  // namespace

TEST_CASE("a valid policy is kept from the moment it was fetched") {  // proves STS-32
    const auto fresh = policy("enforce", hours(24 * 7));
    const auto after = policy_after(cache::Unknown{}, fetched(found("id7", minutes(2)), fresh));
    CHECK(after.policy == fresh);
    CHECK(after.id == "id7");
    CHECK(after.fetched == now);
    CHECK(after.expires == now + hours(24 * 7));
    CHECK(after.recheck == now + minutes(2));
    CHECK(after.refresh == now + hours(18));
    CHECK(after.failure == nullptr);
}

TEST_CASE("the time to the recheck is the record's TTL within bounds") {  // proves STS-31
    const auto recheck = [](Duration ttl) {
        return policy_after(cache::Unknown{}, fetched(found("id1", ttl), policy("enforce"))).recheck - now;
    };
    CHECK(recheck(seconds(0)) == seconds(30));
    CHECK(recheck(seconds(31)) == seconds(31));
    CHECK(recheck(hours(24)) == minutes(5));
    const auto same = policy_after(cached(), no_fetch(found("id1", seconds(45))));
    CHECK(same.recheck == now + seconds(45));
}

TEST_CASE("a newer policy takes the place of the one held, mode none included") {  // proves STS-30
    for (const char* mode : {"enforce", "testing", "none"}) {
        const auto fresh = policy(mode, hours(2), "new.example.com");
        const auto after = policy_after(cached(), fetched(found("id2"), fresh));
        CHECK(after.policy == fresh);
        CHECK(after.id == "id2");
        CHECK(after.expires == now + hours(2));
    }
}

TEST_CASE("a refresh restarts max_age and ends a run of failures") {  // proves STS-32
    const auto failing = with_failure(cached(), failure(ErrorKind::fetch, "id1", -minutes(1), 3));
    const auto after = policy_after(failing, fetched(found("id1"), policy("enforce", hours(48))));
    CHECK(after.expires == now + hours(48));
    CHECK(after.failure == nullptr);
}

TEST_CASE("a policy refreshed while DNS fails keeps the id that is known of it") {  // proves STS-32
    const auto after = policy_after(cached(), fetched(unanswered(), policy("enforce", hours(48))));
    CHECK(after.id == "id1");
    CHECK(after.expires == now + hours(48));
    CHECK(after.recheck == now + seconds(30));
}

TEST_CASE("max_age 0 serves the query that fetched it") {  // proves STS-15
    const auto after = policy_after(cache::Unknown{}, fetched(found("id1"), policy("enforce", seconds(0))));
    CHECK(after.expires == after.fetched);
    CHECK(unexpired(after, now) != nullptr);
    CHECK(unexpired(after, now + Duration(1)) == nullptr);
}

TEST_CASE("the same id changes nothing, expiry included") {  // proves STS-31
    const auto after = policy_after(cached(), no_fetch(found("id1")));
    check_goes_on(after, cached());
    CHECK(after.refresh == cached().refresh);
    CHECK(after.recheck == now + minutes(2));
    CHECK(after.failure == nullptr);
}

TEST_CASE("the id of the policy held ends a DNS failure and the failure of another id") {
    for (const char* id : {"", "id2"}) {
        const auto before = with_failure(cached(), failure(ErrorKind::dns, id, minutes(5)));
        CHECK(policy_after(before, no_fetch(found("id1"))).failure == nullptr);
    }
}

TEST_CASE("a pause goes on while the record stays the same") {  // proves STS-25
    const auto paused = failure(ErrorKind::fetch, "id2", minutes(5), 2);
    const auto held = policy_after(with_failure(cached(), paused), no_fetch(found("id2")));
    check_goes_on(held, cached());
    CHECK(*held.failure == paused);

    auto refresh_failed = paused;
    refresh_failed.id = "id1";
    CHECK(*policy_after(with_failure(cached(), refresh_failed), no_fetch(found("id1"))).failure
          == refresh_failed);

    const auto none = failure_after(unavailable(paused), no_fetch(found("id2", minutes(2))));
    CHECK(none.failure == paused);
    CHECK(none.until == now + minutes(2));  // a new id may be published meanwhile
    const auto nearly_over = failure(ErrorKind::fetch, "id2", seconds(10));
    CHECK(failure_after(unavailable(nearly_over), no_fetch(found("id2"))).until == now + seconds(10));
}

TEST_CASE(
    "a policy goes on when the new one is not to be had, for whatever reason") {  // proves STS-30, STS-31
    for (const ErrorKind kind : {ErrorKind::fetch, ErrorKind::webpki, ErrorKind::invalid}) {
        const auto after = policy_after(cached(), not_fetched(found("id2"), kind));
        check_goes_on(after, cached());
        REQUIRE(after.failure != nullptr);
        CHECK(after.failure->error.kind() == kind);
        CHECK(after.failure->id == "id2");
        CHECK(after.failure->count == 1);
        CHECK(after.failure->retry == now + minutes(5));
    }
}

TEST_CASE("a policy goes on when its record is gone or not to be had") {  // proves STS-5, STS-30
    for (const RecordOutcome& record : {absent(hours(1)), unanswered()}) {
        const auto after = policy_after(cached(), no_fetch(record));
        check_goes_on(after, cached());
        REQUIRE(after.failure != nullptr);
        CHECK(after.failure->error.kind() == ErrorKind::dns);
        CHECK(after.failure->id.empty());
        CHECK(after.recheck == now + seconds(30));
    }
    CHECK(policy_after(cached(), no_fetch(absent())).failure->error.message()
          == "the policy's record is gone: NXDOMAIN");
}

TEST_CASE("rechecks without an answer do not put off the refresh; failed fetches do") {  // proves STS-32
    cache::Cached due = cached();
    due.refresh = now - minutes(1);
    CHECK(policy_after(due, no_fetch(unanswered())).refresh == due.refresh);
    CHECK(policy_after(due, not_fetched(unanswered())).refresh == now + minutes(5));
    CHECK(policy_after(due, not_fetched(found("id1"))).refresh == now + minutes(5));
    CHECK(policy_after(due, no_fetch(absent())).refresh == due.refresh);
    CHECK(policy_after(cached(), not_fetched(found("id2"))).refresh == cached().refresh);
}

TEST_CASE("no record means no policy for the SOA minimum, within bounds") {  // proves STS-5
    CHECK(no_record_until(cache::Unknown{}, no_fetch(absent(seconds(1)))) == now + seconds(30));
    CHECK(no_record_until(cache::Unknown{}, no_fetch(absent(minutes(10)))) == now + minutes(10));
    CHECK(no_record_until(cache::Unknown{}, no_fetch(absent(hours(48)))) == now + hours(1));
    CHECK(no_record_until(cache::Unknown{}, no_fetch(absent())) == now + seconds(30));
    CHECK(no_record_until(expired(cached()), no_fetch(absent())) == now + seconds(30));
}

TEST_CASE("a lookup without an answer is never taken for no record, and tried again soon") {  // proves STS-5
    for (const cache::StsState& before :
         {cache::StsState(cache::Unknown{}), cache::StsState(cache::NoRecord{now}),
          cache::StsState(expired(cached()))}) {
        const auto after = failure_after(before, no_fetch(unanswered()));
        CHECK(after.failure.error.kind() == ErrorKind::dns);
        CHECK(after.until == now + seconds(30));
    }
}

TEST_CASE("a policy that is not to be had, with none held, pauses ever longer") {  // proves STS-25, STS-33
    for (const ErrorKind kind : {ErrorKind::fetch, ErrorKind::webpki, ErrorKind::invalid}) {
        const auto first = failure_after(cache::Unknown{}, not_fetched(found("id1"), kind));
        CHECK(first.failure.count == 1);
        CHECK(first.failure.retry == now + minutes(5));
        CHECK(first.until == now + minutes(2));  // the record is looked at again before
        const auto second = failure_after(first, not_fetched(found("id1"), kind));
        CHECK(second.failure.count == 2);
        CHECK(second.failure.retry == now + minutes(10));
    }
    const auto after_expiry =
        failure_after(expired(with_failure(cached(), failure(ErrorKind::fetch, "id1", -minutes(1), 2))),
                      not_fetched(found("id1")));
    CHECK(after_expiry.failure.count == 3);
}

TEST_CASE("a want of this machine's own is no failure of the policy host") {  // proves STS-25
    const auto before = unavailable(failure(ErrorKind::fetch, "id1", -minutes(1), 3));
    const auto after = failure_after(before, not_fetched(found("id1"), ErrorKind::system));
    CHECK(after.failure.count == 3);
    CHECK(after.failure.retry == now + seconds(30));
    const auto first = failure_after(cache::Unknown{}, not_fetched(found("id1"), ErrorKind::system));
    CHECK(first.failure.count == 0);
    CHECK(failure_after(first, not_fetched(found("id1"))).failure.retry == now + minutes(5));
    const auto held = policy_after(cached(), not_fetched(found("id2"), ErrorKind::system));
    check_goes_on(held, cached());
    CHECK(held.failure->retry == now + seconds(30));
}

TEST_CASE("a new id begins a new run of failures") {  // proves STS-25
    const auto before = unavailable(failure(ErrorKind::fetch, "id1", minutes(50), 7));
    const auto after = failure_after(before, not_fetched(found("id2")));
    CHECK(after.failure.count == 1);
    CHECK(after.failure.id == "id2");
    CHECK(after.failure.retry == now + minutes(5));
}

TEST_CASE("a DNS that stumbles does not cut short the pause of a broken host") {  // proves STS-25
    const auto paused = failure(ErrorKind::webpki, "id2", minutes(40), 4);
    const auto none = failure_after(unavailable(paused), no_fetch(unanswered()));
    CHECK(none.failure == paused);
    CHECK(none.until == now + seconds(30));
    const auto held = policy_after(with_failure(cached(), paused), no_fetch(unanswered()));
    check_goes_on(held, cached());
    CHECK(*held.failure == paused);

    const auto over = failure(ErrorKind::webpki, "id2", Duration(0), 4);
    const auto asked = failure_after(unavailable(over), no_fetch(unanswered()));
    CHECK(asked.failure.error.kind() == ErrorKind::dns);
    CHECK(asked.failure.retry == over.retry);  // as soon as the record is there the host is tried
    CHECK(asked.until == now + seconds(30));
    CHECK(asked.failure.count == 4);
    CHECK(failure_after(asked, not_fetched(found("id2"))).failure.count == 5);  // the pause doubles on
    const auto gone = policy_after(with_failure(cached(), paused), no_fetch(absent()));
    CHECK(gone.failure->retry == paused.retry);
    CHECK(gone.failure->count == 4);
}

TEST_CASE("what ailed the record is not told of the policy host when the record is back") {  // proves STS-25
    const auto failing = failure(ErrorKind::fetch, "id1", -minutes(1), 2);
    const auto gone = policy_after(with_failure(cached(), failing), no_fetch(absent()));
    CHECK(gone.failure->error.kind() == ErrorKind::dns);
    const auto back = policy_after(gone, no_fetch(found("id1")));
    CHECK(back.failure->error.kind() == ErrorKind::fetch);
    CHECK(back.failure->count == 2);
}

TEST_CASE("a renewal without a record goes on with the pause of the host that failed for a new one") {
    // proves STS-25
    const auto paused = failure(ErrorKind::webpki, "id2", minutes(40), 4);
    for (const RecordOutcome& record : {RecordOutcome(unanswered()), RecordOutcome(absent())}) {
        const auto after = policy_after(with_failure(cached(), paused), not_fetched(record));
        CHECK(after.failure->id == "id2");
        CHECK(after.failure->count == 5);
    }
}

}  // namespace tlspolicy::engine
