// A store that holds more than memory does.
#include "fakes/scripted_store.hpp"
#include "published.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::scenarios {

TEST_CASE("policies leave a full memory, but never the store") {  // proves STS-34
    play_once(
        [](World& world) {
            world.use(World::Storage::own);
            for (int i = 0; i < 30; ++i) {
                publish(world, name(i));
                world.expect(name(i), secure("mx.example.com"));
                world.advance(minutes(2));
            }
            world.expect_entries(10);
            world.expect_told("cache-full", 0);
            for (int i = 0; i < 30; ++i)
                vanish(world, name(i));
            for (int i = 0; i < 30; ++i)
                world.expect(name(i), secure("mx.example.com"));
            for (int i = 1000; i < 1300; ++i)
                world.expect(name(i), not_found);  // strangers push no policy out of reach
            for (int i = 0; i < 30; ++i)
                world.expect(name(i), secure("mx.example.com"));
            world.expect_entries(10);
        },
        room_for(10));
}

TEST_CASE("while a store that began anew has not got all of it, no policy leaves memory") {  // proves STS-34
    play_once(
        [](World& world) {
            world.use(World::Storage::own);
            for (int i = 0; i < 10; ++i) {
                publish(world, name(i));
                world.expect(name(i), secure("mx.example.com"));
            }
            world.advance(seconds(1));
            world.own_store().begin_anew();
            world.advance(seconds(1));
            for (int i = 10; i < 20; ++i) {
                publish(world, name(i));
                world.expect(name(i), secure("mx.example.com"));  // there is no room for it
            }
            world.expect_told("cache-full", 10);
            for (int i = 0; i < 20; ++i)
                vanish(world, name(i));
            for (int i = 0; i < 20; ++i)
                world.expect(name(i), secure("mx.example.com"));
            world.advance(minutes(5));
            world.expect_that(world.own_store().policies.size() == 20, "it has not got all of it");
            publish(world, "example.com");
            world.expect("example.com", secure("mx.example.com"));
            world.expect_told("cache-full example.com", 0);  // another one went
        },
        room_for(10));
}

TEST_CASE("a store larger than memory fills it with what was used last") {
    play_once(
        [](World& world) {
            world.use(World::Storage::own);
            for (int i = 0; i < 20; ++i) {
                publish(world, name(i));
                world.expect(name(i), secure("mx.example.com"));
                world.advance(minutes(2));
            }
            world.restart();
            for (int i = 0; i < 20; ++i)
                vanish(world, name(i));
            world.advance(seconds(1));
            world.expect_entries(5);
            world.hold();
            for (int i = 15; i < 20; ++i)
                world.expect_answer(world.ask_later(name(i)), secure("mx.example.com"));
            world.expect_answer(world.ask_later(name(0)), secure("mx.example.com"));  // on demand
        },
        room_for(5));
}

}  // namespace tlspolicy::scenarios
