// The first that is heard of a domain.
#include "world.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::scenarios {

TEST_CASE("the first lookup waits for the policy, the next ones are answered from memory") {
    play([](World& world) {
        world.record("example.com", "id1", minutes(5));
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", secure("mx.example.com"));
        world.advance(minutes(1));
        world.expect("example.com", secure("mx.example.com"));
        world.expect_fetches("example.com", 1);
        world.expect_queries("example.com", 1);
        world.expect_told("learned example.com enforce id1", 1);
        world.expect_answers(engine::Source::discovered, 1);
        world.expect_answers(engine::Source::cached, 1);
    });
}

TEST_CASE("a domain without a record has no policy, for as long as its zone says") {  // proves STS-5
    play([](World& world) {
        world.nxdomain("example.com", minutes(10));
        world.expect("example.com", not_found);
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com"));
        world.advance(minutes(10) - seconds(1));
        world.expect("example.com", not_found);
        world.expect_queries("example.com", 1);
        world.advance(seconds(1));
        world.expect("example.com", secure("mx.example.com"));
    });
}

TEST_CASE("an empty answer without SOA is believed for the least time") {  // proves STS-5
    play([](World& world) {
        world.no_data("example.com");
        world.expect("example.com", not_found);
        world.advance(seconds(29));
        world.expect("example.com", not_found);
        world.expect_queries("example.com", 1);
        world.advance(seconds(1));
        world.expect("example.com", not_found);
        world.expect_queries("example.com", 2);
        world.expect_fetches("example.com", 0);
    });
}

TEST_CASE("two records are as good as none, and other records do not count") {  // proves STS-2
    play([](World& world) {
        world.txt("example.com", {"v=STSv1; id=a;", "v=STSv1; id=b;"});
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", not_found);
        world.expect_fetches("example.com", 0);
        world.txt("example.com", {"v=spf1 -all", "v=STSv1; id=a;", "v=STSv10; id=b;"});
        world.advance(minutes(1));
        world.expect("example.com", secure("mx.example.com"));
    });
}

TEST_CASE("a DNS failure is not taken for no record, and the record is asked for again soon") {
    // proves STS-5
    play([](World& world) {
        world.dns_fails("example.com");
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", not_found);
        world.expect("example.com", "TEMP MTA-STS: _mta-sts.example.com: SERVFAIL", strict);
        world.expect_queries("example.com", 1);
        world.record("example.com", "id1");
        world.advance(seconds(30));
        world.expect("example.com", secure("mx.example.com"), strict);
        world.expect_told("recovered example.com dns/1", 1);
    });
}

TEST_CASE("a record without a policy to be had is no policy, for the strict as well") {  // proves STS-25
    for (const ErrorKind kind : {ErrorKind::fetch, ErrorKind::webpki}) {
        play([kind](World& world) {
            world.record("example.com", "id1");
            world.policy_fails("example.com", kind, "it broke");
            world.expect("example.com", not_found);
            world.expect("example.com", not_found, strict);
            world.expect_fetches("example.com", 1);
            world.expect_told("failed example.com " + std::string(name_of(kind)) + "/1", 1);
        });
    }
}

TEST_CASE("an invalid policy is no policy") {  // proves STS-11, STS-25
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", "version: STSv1\nmode: enforce\nmax_age: 1d\nmx: mx.example.com\n");
        world.expect("example.com", not_found);
        world.expect_told("failed example.com invalid/1 after nothing applied nothing", 1);
    });
}

TEST_CASE("a policy in testing is applied by those only who asked for it") {  // proves STS-42
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", testing("mx.example.com"));
        world.expect("example.com", not_found);
        world.expect("example.com", secure("mx.example.com"), enforcing_testing);
        world.expect_fetches("example.com", 1);
    });
}

TEST_CASE("a policy says nothing of the domains below") {  // proves STS-6
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", secure("mx.example.com"));
        world.expect("sub.example.com", not_found);
    });
}

}  // namespace tlspolicy::scenarios
