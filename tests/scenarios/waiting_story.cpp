// Lookups that wait, and do not wait for ever.
#include "world.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tlspolicy::scenarios {
namespace {

const std::string answer = secure("mx.example.com");

void published(World& world) {
    world.record("example.com", "id1");
    world.policy("example.com", enforce("mx.example.com"));
}

}  // namespace

TEST_CASE("many who ask at once share one discovery") {  // proves STS-26
    play([](World& world) {
        published(world);
        world.hold();
        std::vector<LookupPointer> lookups;
        for (int i = 0; i < 100; ++i)
            lookups.push_back(world.ask_later("example.com"));
        world.expect_waiting(100);
        world.advance(seconds(1));
        world.release();
        for (const auto& lookup : lookups)
            world.expect_answer(lookup, answer);
        world.expect_fetches("example.com", 1);
        world.expect_queries("example.com", 1);
        world.expect_waiting(0);
    });
}

TEST_CASE("domains do not wait for each other") {  // proves STS-26
    play([](World& world) {
        published(world);
        world.record("example.net", "id1");
        world.policy("example.net", enforce("mx.example.net"));
        world.expect("example.net", secure("mx.example.net"));
        world.hold();
        const auto waits = world.ask_later("example.com");
        world.expect_answer(world.ask_later("example.net"), secure("mx.example.net"));
        world.expect_waiting(1);
        world.release();
        world.expect_answer(waits, answer);
    });
}

TEST_CASE("who leaves at the deadline cancels nobody") {  // proves MAP-4, STS-26
    play([](World& world) {
        published(world);
        world.hold();
        const auto first = world.ask_later("example.com");
        world.advance(seconds(15));
        const auto second = world.ask_later("example.com");
        world.advance(seconds(6));
        world.expect_answer(first, not_found);
        world.expect_waiting(1);
        world.release();
        world.expect_answer(second, answer);
        world.expect_fetches("example.com", 1);
        world.expect_answers(engine::Source::deadline, 1);
        world.expect_answers(engine::Source::discovered, 1);
    });
}

TEST_CASE("an answer comes at the deadline, and what is learnt later is kept") {  // proves MAP-4
    play([](World& world) {
        published(world);
        world.hold();
        const auto patient = world.ask_later("example.com");
        const auto careful = world.ask_later("example.com", strict);
        world.advance(seconds(19));
        world.expect_waiting(2);
        world.advance(seconds(1));
        world.expect_answer(patient, not_found);
        world.expect_answer(careful, "TEMP MTA-STS: the policy record could not be looked up in time");
        world.advance(seconds(10));
        world.release();
        world.expect_answer(world.ask_later("example.com"), answer);
        world.expect_answers(engine::Source::cached, 1);
        world.expect_fetches("example.com", 1);
    });
}

TEST_CASE("the operator's deadline counts") {  // proves MAP-4
    engine::Settings settings;
    settings.answer_deadline = seconds(3);
    play(
        [](World& world) {
            published(world);
            world.hold();
            const auto lookup = world.ask_later("example.com");
            world.advance(seconds(3), milliseconds(250));
            world.expect_answer(lookup, not_found);
            world.release();
            world.expect("example.com", answer);
        },
        settings);
}

TEST_CASE("a DNS that never answers costs its askers the deadline, not more") {  // proves MAP-4, STS-5
    play([](World& world) {
        published(world);
        world.hold();
        const auto lookup = world.ask_later("example.com");
        world.advance(minutes(2));
        world.expect_answer(lookup, not_found);
        world.expect_waiting(0);
        world.expect_told("failed example.com dns/1", 1);
        world.release();
        world.expect("example.com", answer);
    });
}

TEST_CASE("more than may wait are told to come again, and those who wait are served") {
    engine::Settings settings;
    settings.max_waiting = 2;
    play(
        [](World& world) {
            published(world);
            world.record("example.net", "id1");
            world.policy("example.net", enforce("mx.example.net"));
            world.expect("example.net", secure("mx.example.net"));
            world.hold();
            const auto first = world.ask_later("example.com");
            const auto second = world.ask_later("example.com");
            const auto third = world.ask_later("example.com");
            world.expect_answer(third, "TEMP tlspolicyd is overloaded: too many lookups wait");
            world.expect_told("overloaded example.com", 1);
            world.expect_answer(world.ask_later("example.net"), secure("mx.example.net"));
            world.release();
            world.expect_answer(first, answer);
            world.expect_answer(second, answer);
            world.expect("example.com", answer);
        },
        settings);
}

TEST_CASE("a discovery that its askers have left still counts") {
    engine::Settings settings;
    settings.max_waiting = 2;
    play(
        [](World& world) {
            published(world);
            world.hold();
            const auto left = {world.ask_later("a.example.com"), world.ask_later("b.example.com")};
            world.advance(seconds(21));
            for (const auto& lookup : left)
                world.expect_answer(lookup, not_found);
            world.expect_waiting(0);
            world.expect_answer(world.ask_later("example.com"),
                                "TEMP tlspolicyd is overloaded: too many lookups wait");
            world.release();
            world.expect("example.com", answer);
        },
        settings);
}

TEST_CASE(
    "a strict map defers for a record that is late, not for a policy that is") {  // proves STS-25, MAP-4
    World late_record({}, Fault{Fault::Kind::silent, 1});
    published(late_record);
    CHECK(late_record.ask("example.com", strict)
          == "TEMP MTA-STS: the policy record could not be looked up in time");
    late_record.finish();

    World late_policy({}, Fault{Fault::Kind::silent, 2});
    published(late_policy);
    CHECK(late_policy.ask("example.com", strict) == not_found);
    late_policy.finish();
}

TEST_CASE("a stop answers everybody who waits, and leaves nothing") {
    play([](World& world) {
        published(world);
        world.record("example.net", "id1");
        world.policy("example.net", enforce("mx.example.net"));
        world.expect("example.net", secure("mx.example.net"));
        world.advance(minutes(1));
        world.hold();
        const auto waits = world.ask_later("example.com");
        world.expect_answer(world.ask_later("example.net"), secure("mx.example.net"));  // its recheck hangs
        world.stop();
        world.expect_answer(waits, "TEMP tlspolicyd is stopping");
        world.expect_waiting(0);
        world.expect_answer(world.ask_later("example.com"), "TEMP tlspolicyd is stopping");
        world.expect_answer(world.ask_later("example.net"), secure("mx.example.net"));
        world.expect_told("learned example.com", 0);
    });
}

TEST_CASE("a stop in the middle of a fetch leaves nothing either") {
    play_once([](World& world) {
        published(world);
        const auto domains = {"a.example.com", "b.example.com", "c.example.com"};
        for (const char* domain : domains) {
            world.record(domain, "id1");
            world.policy(domain, enforce("mx.example.com", seconds(10)));
            world.ask(domain);
        }
        world.advance(seconds(11));
        world.hold();
        for (const char* domain : domains)
            world.ask_later(domain);
        world.expect_waiting(3);
        world.stop();
        world.expect_waiting(0);
    });
}

}  // namespace tlspolicy::scenarios
