// What attackers on the path and unlucky operators do to a policy that is known: nothing ends it but its age.
#include "world.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::scenarios {
namespace {

const std::string answer = secure("mx.example.com");

/// The policy is learnt, `attack` follows, and for most of a week nothing changes; then it has run out.
void withstands(const Story& attack) {
    play([&attack](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", answer);
        attack(world);
        for (int hour = 0; hour < 3; ++hour) {
            for (int i = 0; i < 3; ++i) {
                world.advance(minutes(1), seconds(30));
                world.expect("example.com", answer);
                world.expect("example.com", answer, strict);
            }
            world.advance(hours(1), minutes(1));
        }
        world.advance(day * 5, minutes(30));
        world.expect("example.com", answer);
    });
}

/// As long as its host serves it, what is done to the record does not even let it run out (RFC 8461, 10.2).
void outlives(const Story& attack) {
    play([&attack](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", answer);
        attack(world);
        for (int week = 0; week < 3; ++week) {
            world.expect("example.com", answer);
            world.advance(day * 7, minutes(30));
        }
        world.expect("example.com", answer);
        world.expect_told("expired", 0);
    });
}

}  // namespace

TEST_CASE("records that are stripped, denied or forged for weeks do not let a policy run out") {
    // proves STS-30, STS-32
    outlives([](World& world) { world.no_data("example.com"); });
    outlives([](World& world) { world.nxdomain("example.com", hours(24)); });
    outlives([](World& world) { world.txt("example.com", {"v=STSv1; id=id1;", "v=STSv1; id=id2;"}); });
    outlives([](World& world) { world.txt("example.com", {"v=STSv1; id=;"}); });
}

TEST_CASE("the record is stripped") {  // proves STS-30
    withstands([](World& world) { world.no_data("example.com"); });
}

TEST_CASE("the record's name is said not to exist") {  // proves STS-30
    withstands([](World& world) { world.nxdomain("example.com", hours(24)); });
}

TEST_CASE("a second record is smuggled in") {  // proves STS-30
    withstands([](World& world) { world.txt("example.com", {"v=STSv1; id=id1;", "v=STSv1; id=id2;"}); });
}

TEST_CASE("the record is replaced by one that is malformed") {  // proves STS-30
    withstands([](World& world) { world.txt("example.com", {"v=STSv1; id=;"}); });
}

TEST_CASE("the DNS answers no more, and the policy host neither") {  // proves STS-5, STS-30
    withstands([](World& world) {
        world.dns_fails("example.com");
        world.policy_fails("example.com", ErrorKind::fetch, "timed out");
    });
}

TEST_CASE("a record with a new id leads to a host without the right certificate") {  // proves STS-30
    withstands([](World& world) {
        world.record("example.com", "evil");
        world.policy_fails("example.com", ErrorKind::webpki, "the certificate is for another name");
    });
}

TEST_CASE("a record with a new id leads to a page that is not there") {  // proves STS-30
    withstands([](World& world) {
        world.record("example.com", "evil");
        world.policy_fails("example.com", ErrorKind::fetch, "HTTP status 404");
    });
}

TEST_CASE("a record with a new id leads to a page that is no policy") {  // proves STS-30
    withstands([](World& world) {
        world.record("example.com", "evil");
        world.policy("example.com", "<html><body>Not found</body></html>\n");
    });
}

TEST_CASE("a record with ever new ids costs a fetch each time, and changes nothing") {  // proves STS-30
    play([](World& world) {
        world.record("example.com", "id1", seconds(0));
        world.policy("example.com", enforce("mx.example.com"));
        world.expect("example.com", answer);
        world.policy_fails("example.com", ErrorKind::webpki, "self-signed certificate");
        for (int i = 0; i < 5; ++i) {
            world.record("example.com", "evil" + std::to_string(i), seconds(0));
            world.advance(seconds(30));
            world.expect("example.com", answer);
        }
        world.expect_fetches("example.com", 6);
    });
}

TEST_CASE("when everything stays gone, the policy holds to its last second, and is then no more") {
    // proves STS-30, STS-33
    play([](World& world) {
        world.record("example.com", "id1");
        world.policy("example.com", enforce("mx.example.com", day));
        world.expect("example.com", answer);
        world.nxdomain("example.com");
        world.policy_fails("example.com", ErrorKind::fetch, "no address");
        world.advance(day - minutes(1), minutes(1));
        world.expect("example.com", answer);
        world.advance(minutes(1));
        world.expect("example.com", answer);  // the last millisecond counts
        world.advance(seconds(1));
        world.expect("example.com", not_found);
        world.expect("example.com", not_found, strict);
        world.expect_told("expired example.com enforce id1", 1);
    });
}

}  // namespace tlspolicy::scenarios
