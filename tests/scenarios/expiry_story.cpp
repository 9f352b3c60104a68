// The end of a policy's life.
#include "world.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tlspolicy::scenarios {

TEST_CASE("a policy of max_age 0 serves those who wait for it, and is not kept") {  // proves STS-15
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", seconds(0)));
        world.hold();
        std::vector<LookupPointer> waiting;
        for (int i = 0; i < 3; ++i)
            waiting.push_back(world.ask_later("example.com"));
        world.advance(seconds(2));
        world.release();
        for (const auto& lookup : waiting)
            world.expect_answer(lookup, secure("mx.example.com"));
        world.expect_entries(0);
        world.expect_fetches("example.com", 1);
        world.expect("example.com", secure("mx.example.com"));
        world.expect_fetches("example.com", 2);
    });
}

TEST_CASE("a policy that nobody can renew ends, and is reported once") {  // proves STS-33
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", hours(2)));
        world.expect("example.com", secure("mx.example.com"));
        world.policy_fails("example.com", ErrorKind::webpki, "certificate has expired");
        world.advance(hours(2), minutes(1));
        world.expect("example.com", secure("mx.example.com"));
        world.advance(minutes(2));
        world.expect("example.com", not_found);
        world.advance(hours(3), minutes(1));
        world.expect("example.com", not_found);
        world.expect_told("expired example.com enforce id1", 1);
    });
}

TEST_CASE("a policy that nobody asks for any more ends without a lookup, and leaves memory") {
    // proves STS-33
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", minutes(4)));
        world.expect("example.com", secure("mx.example.com"));
        world.advance(minutes(6));
        world.expect_entries(0);
        world.expect_told("expired example.com enforce id1", 1);
        world.expect_fetches("example.com", 1);
    });
}

TEST_CASE("a recheck that lands on the last millisecond does not cut it off") {  // proves STS-30
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", minutes(2)));
        world.expect("example.com", secure("mx.example.com"));
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 500");
        world.dns_fails("example.com");
        world.advance(minutes(2));
        world.expect("example.com", secure("mx.example.com"));
        world.expect("example.com", secure("mx.example.com"));
        world.advance(milliseconds(1));
        world.expect("example.com", not_found);
    });
}

TEST_CASE("a failure outlives the policy, so that its pause goes on") {  // proves STS-25, STS-33
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", minutes(6)));
        world.expect("example.com", secure("mx.example.com"));
        world.record("example.com", "id2");
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 500");
        world.advance(minutes(5));
        world.expect("example.com", secure("mx.example.com"));
        world.expect_fetches("example.com", 2);
        world.advance(minutes(4));
        world.expect("example.com", not_found);
        world.expect_fetches("example.com", 2);
        world.advance(minutes(1));
        world.expect("example.com", not_found);
        world.expect_fetches("example.com", 3);
    });
}

}  // namespace tlspolicy::scenarios
