// What domain owners do with their policies.
#include "world.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::scenarios {
namespace {

void begin(World& world, const std::string& body = enforce("old.example.com")) {
    world.record("example.com", "id1");
    world.policy("example.com", body);
    world.ask("example.com");
}

/// Has a recheck become due, and made behind an answer.
void recheck(World& world) {
    world.advance(minutes(1));
    world.ask("example.com");
}

}  // namespace

TEST_CASE("a new id brings the new policy, and the old one answers until then") {  // proves STS-31
    play([](World& world) {
        begin(world);
        world.record("example.com", "id2");
        world.policy("example.com", enforce("new.example.com"));
        world.expect("example.com", secure("old.example.com"));
        world.advance(minutes(1));
        world.expect("example.com", secure("old.example.com"));  // the recheck goes on behind this answer
        world.expect("example.com", secure("new.example.com"));
        world.expect_told("replaced example.com enforce id1 -> enforce id2", 1);
    });
}

TEST_CASE("while the recheck hangs, the old policy answers at once") {  // proves STS-31
    play([](World& world) {
        begin(world);
        world.record("example.com", "id2");
        world.policy("example.com", enforce("new.example.com"));
        world.advance(minutes(1));
        world.hold();
        for (int i = 0; i < 10; ++i) {
            world.expect_answer(world.ask_later("example.com"), secure("old.example.com"));
            world.advance(seconds(1));
        }
        world.release();
        world.expect("example.com", secure("new.example.com"));
    });
}

TEST_CASE("a new policy that is not to be had leaves the old one in force") {  // proves STS-30, STS-31
    play([](World& world) {
        begin(world);
        world.record("example.com", "id2");
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 500");
        recheck(world);
        world.expect("example.com", secure("old.example.com"));
        world.expect_told("failed example.com fetch/1 after nothing applied enforce id1", 1);
        world.policy("example.com", enforce("new.example.com"));
        world.advance(minutes(5));
        world.ask("example.com");
        world.expect("example.com", secure("new.example.com"));
        world.expect_told("recovered example.com fetch/1", 1);
    });
}

TEST_CASE("an id that is taken back leaves everything as it was") {
    play([](World& world) {
        begin(world);
        world.record("example.com", "id2");
        world.policy_fails("example.com", ErrorKind::webpki, "certificate has expired");
        recheck(world);
        world.record("example.com", "id1");
        recheck(world);
        world.expect("example.com", secure("old.example.com"));
        world.expect_told("recovered example.com webpki/1", 1);
        world.expect_fetches("example.com", 2);
    });
}

TEST_CASE("a policy changed under the same id is found by the refresh") {  // proves STS-32
    play([](World& world) {
        begin(world);
        world.policy("example.com", enforce("new.example.com"));
        recheck(world);
        world.expect("example.com", secure("old.example.com"));
        world.expect_fetches("example.com", 1);
        world.advance(day, minutes(1));
        world.advance(hours(2), minutes(1));
        world.expect("example.com", secure("new.example.com"));
    });
}

TEST_CASE("a withdrawn policy ends at once, and for good") {  // proves STS-30
    play([](World& world) {
        begin(world);
        world.record("example.com", "id2");
        world.policy("example.com", none(day));
        recheck(world);
        world.expect("example.com", not_found);
        world.expect_told("replaced example.com enforce id1 -> none id2", 1);
        world.nxdomain("example.com");
        world.policy_fails("example.com", ErrorKind::fetch, "no address");
        recheck(world);
        world.expect("example.com", not_found, strict);
        world.advance(day + hours(1), minutes(10));
        world.expect("example.com", not_found, strict);
    });
}

TEST_CASE("a policy goes from testing to enforce") {
    play([](World& world) {
        begin(world, testing("mx.example.com"));
        world.expect("example.com", not_found);
        world.record("example.com", "id2");
        world.policy("example.com", enforce("mx.example.com"));
        recheck(world);
        world.expect("example.com", secure("mx.example.com"));
    });
}

TEST_CASE("the newer policy's age counts, even if it is the shorter one") {  // proves STS-30, STS-32
    play([](World& world) {
        begin(world);
        world.record("example.com", "id2");
        world.policy("example.com", enforce("new.example.com", hours(1)));
        recheck(world);
        world.expect("example.com", secure("new.example.com"));
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 404");
        world.dns_fails("example.com");
        world.advance(hours(2));
        world.expect("example.com", not_found);
    });
}

TEST_CASE("a policy replaced by one of max_age 0 is gone") {  // proves STS-15
    play([](World& world) {
        begin(world);
        world.record("example.com", "id2");
        world.policy("example.com", enforce("new.example.com", seconds(0)));
        recheck(world);
        world.expect_entries(0);
        world.expect("example.com", secure("new.example.com"));
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 404");
        world.advance(seconds(1));
        world.expect("example.com", not_found);
    });
}

}  // namespace tlspolicy::scenarios
