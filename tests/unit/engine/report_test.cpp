#include "engine/report.hpp"

#include "fakes/recording_observer.hpp"
#include "samples.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tlspolicy::engine {
namespace {

using namespace samples;
using Lines = std::vector<std::string>;

/// What is told of a discovery that brought `outcome`.
Lines told(const cache::StsState& before, const Outcome& outcome) {
    fakes::RecordingObserver observer;
    const auto after = learn(before, outcome, Settings{}, now, 0.5);
    report(observer, domain(), before, outcome, after, now, seconds(1));
    return observer.lines();
}

cache::Cached expired(cache::Cached state) {
    state.expires = now - Duration(1);
    return state;
}

cache::StsState failing(ErrorKind kind, std::string_view id) {
    return cache::Unavailable{failure(kind, id, Duration(0), 2), now};
}

const cache::StsState unknown;

}  // namespace

TEST_CASE("a first policy is learned, a newer one replaces, the same one is refreshed") {
    CHECK(told(unknown, fetched(found("id1"), policy("enforce")))
          == Lines{"learned example.com enforce id1"});
    CHECK(told(expired(cached()), fetched(found("id1"), policy("enforce")))
          == Lines{"learned example.com enforce id1"});
    CHECK(told(cached(), fetched(found("id2"), policy("none")))
          == Lines{"replaced example.com enforce id1 -> none id2"});
    const cache::Cached held = cached();
    CHECK(told(held, fetched(found("id1"), held.policy)) == Lines{"refreshed example.com enforce id1"});
    CHECK(told(held, fetched(found("id1"), policy("testing")))
          == Lines{"replaced example.com enforce id1 -> testing id1"});
    CHECK(told(held, no_fetch(found("id1"))).empty());
}

TEST_CASE("each discovery is told to have ended, by what it brought") {
    struct Row {
        cache::StsState before;
        Outcome outcome;
        Discovered how;
    };
    const Row rows[] = {
        {unknown, fetched(found("id1"), policy("enforce")), Discovered::policy},
        {cached(), no_fetch(found("id1")), Discovered::unchanged},
        {failing(ErrorKind::fetch, "id1"), no_fetch(found("id1")), Discovered::unchanged},
        {unknown, no_fetch(absent()), Discovered::no_policy},
        {cached(), no_fetch(absent()), Discovered::failed},
        {unknown, no_fetch(unanswered()), Discovered::failed},
        {cached(), not_fetched(found("id2"), ErrorKind::webpki), Discovered::failed},
    };
    for (const auto& row : rows) {
        fakes::RecordingObserver observer;
        report(observer, domain(), row.before, row.outcome,
               learn(row.before, row.outcome, Settings{}, now, 0.5), now, seconds(1));
        CHECK(observer.discoveries() == std::vector<Discovered>{row.how});
    }
}

TEST_CASE("a failure is told with its count, what failed before, and what is applied all the same") {
    CHECK(told(unknown, not_fetched(found("id1"), ErrorKind::webpki))
          == Lines{"failed example.com webpki/1 after nothing applied nothing"});
    CHECK(told(failing(ErrorKind::fetch, "id1"), not_fetched(found("id1")))
          == Lines{"failed example.com fetch/3 after fetch/2 applied nothing"});
    CHECK(told(unknown, no_fetch(unanswered()))
          == Lines{"failed example.com dns/1 after nothing applied nothing"});
    CHECK(told(cached(), no_fetch(unanswered()))
          == Lines{"failed example.com dns/1 after nothing applied enforce id1"});
    CHECK(told(cached(), no_fetch(absent()))
          == Lines{"failed example.com dns/1 after nothing applied enforce id1"});
    CHECK(told(cached(), not_fetched(found("id2")))
          == Lines{"failed example.com fetch/1 after nothing applied enforce id1"});
}

TEST_CASE("what goes well after failures is a recovery") {
    CHECK(told(failing(ErrorKind::dns, ""), fetched(found("id1"), policy("enforce")))
          == Lines{"recovered example.com dns/2", "learned example.com enforce id1"});
    const auto before = with_failure(cached(), failure(ErrorKind::dns, "", minutes(1), 4));
    CHECK(told(before, no_fetch(found("id1"))) == Lines{"recovered example.com dns/4"});
    CHECK(told(failing(ErrorKind::dns, ""), no_fetch(absent()))
          == Lines{"recovered example.com dns/2", "no-policy example.com NXDOMAIN"});
}

TEST_CASE("a pause that goes on is no news") {
    const cache::StsState paused = cache::Unavailable{failure(ErrorKind::fetch, "id1", minutes(3)), now};
    CHECK(told(paused, no_fetch(found("id1"))).empty());
}

TEST_CASE("a policy that ran out and has no successor is told once") {  // proves STS-33
    CHECK(told(expired(cached()), no_fetch(absent()))
          == Lines{"expired example.com enforce id1", "no-policy example.com NXDOMAIN"});
    CHECK(told(expired(cached()), not_fetched(found("id1")))
          == Lines{"failed example.com fetch/1 after nothing applied nothing",
                   "expired example.com enforce id1"});
    CHECK(told(failing(ErrorKind::fetch, "id1"), no_fetch(absent()))
          == Lines{"recovered example.com fetch/2", "no-policy example.com NXDOMAIN"});
}

}  // namespace tlspolicy::engine
