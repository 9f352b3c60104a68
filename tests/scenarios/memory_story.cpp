// A cache that is full.
#include "published.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::scenarios {
namespace {

void learn_all(World& world, int count) {
    for (int i = 0; i < count; ++i) {
        world.record(name(i), "id1");
        world.policy(name(i), enforce("mx.example.com"));
        world.expect(name(i), secure("mx.example.com"));
    }
}

}  // namespace

TEST_CASE("enforced policies stay when strangers fill the cache") {  // proves STS-34
    const auto filled_by = [](int strangers) {
        return [strangers](World& world) {
            learn_all(world, 5);
            for (int i = 0; i < strangers; ++i)
                world.expect(name(100 + i), not_found);
            world.expect_entries(10);
            world.hold();  // what is answered from here on is answered from memory
            for (int i = 0; i < 5; ++i)
                world.expect_answer(world.ask_later(name(i)), secure("mx.example.com"));
        };
    };
    play_once(filled_by(300), room_for(10));
    play(filled_by(30), room_for(10));
}

TEST_CASE("with enforced policies only, a newcomer is answered but not kept, and that is said") {
    // proves STS-34
    play(
        [](World& world) {
            learn_all(world, 4);
            for (int round = 1; round <= 2; ++round) {
                world.record("late.example.com", "id1");
                world.policy("late.example.com", enforce("mx.example.com"));
                world.expect("late.example.com", secure("mx.example.com"));
                world.expect_fetches("late.example.com", static_cast<std::size_t>(round));
                world.expect_told("cache-full late.example.com 4", static_cast<std::size_t>(round));
            }
            world.expect_entries(4);
            for (int i = 0; i < 4; ++i)
                world.expect(name(i), secure("mx.example.com"));
        },
        room_for(4));
}

TEST_CASE("a policy that has ended makes room") {
    play(
        [](World& world) {
            world.record("short.example.com", "id1");
            world.policy("short.example.com", enforce("mx.example.com", seconds(60)));
            world.expect("short.example.com", secure("mx.example.com"));
            learn_all(world, 1);
            world.advance(minutes(3));
            world.expect_entries(0);
            learn_all(world, 1);
            world.expect_entries(1);
        },
        room_for(1));
}

}  // namespace tlspolicy::scenarios
