// What outlives the process.
#include "fakes/scripted_store.hpp"
#include "published.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::scenarios {
namespace {

const std::string example = "example.com";

}  // namespace

TEST_CASE("a policy outlives a restart, whatever the network says then") {  // proves STS-34
    play([](World& world) {
        world.use(World::Storage::own);
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.restart();
        vanish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.expect_told("recalled example.com enforce id1 from own", 1);
        world.expect_answers(engine::Source::stored, 1);
        world.advance(day);
        world.restart();
        world.expect(example, secure("mx.example.com"));
    });
}

TEST_CASE("a policy read back lives no longer than it would have") {  // proves STS-33 STS-34
    play([](World& world) {
        world.use(World::Storage::own);
        publish(world, example, "id1", "mx.example.com", hours(2));
        world.expect(example, secure("mx.example.com"));
        vanish(world, example);
        world.advance(hours(1));
        world.restart();
        world.expect(example, secure("mx.example.com"));
        world.advance(hours(1) + minutes(1));
        world.restart();
        world.expect(example, not_found);
    });
}

TEST_CASE("a policy that is read back is rechecked behind its answer") {  // proves STS-31
    play([](World& world) {
        world.use(World::Storage::own);
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.restart();
        world.advance(hours(1));
        publish(world, example, "id2", "other.example.com");
        world.expect(example, secure("mx.example.com"));
        world.advance(seconds(2));
        world.expect(example, secure("other.example.com"));
        world.restart();
        world.expect(example, secure("other.example.com"));
    });
}

TEST_CASE("a recheck of a policy that has left memory asks the store first") {  // proves STS-30 STS-34
    play_once([](World& world) {
        world.use(World::Storage::shared);
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.advance(minutes(6));
        vanish(world, example);
        world.leaves_memory(example);
        world.expect(example, secure("mx.example.com"));  // from memory, and rechecked behind that
        world.advance(seconds(2));
        world.expect_queries(example, 2);
        world.expect(example, secure("mx.example.com"));
        world.expect_told("no-policy", 0);
    });
}

TEST_CASE("a withdrawn policy does not come back") {  // proves STS-30
    play([](World& world) {
        world.use(World::Storage::both);
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.record(example, "id2");
        world.policy(example, none());
        world.advance(minutes(10));
        world.ask(example);
        world.advance(minutes(10));
        world.expect(example, not_found);
        world.restart();
        world.expect(example, not_found);
        world.restart_elsewhere();
        world.expect(example, not_found);
    });
}

TEST_CASE("a policy of no duration ends the one before it in every store") {  // proves STS-15 STS-30
    play([](World& world) {
        world.use(World::Storage::both);
        publish(world, example, "id1", "mx.example.com", 4 * week);
        world.expect(example, secure("mx.example.com"));
        world.record(example, "id2");
        world.policy(example, none(seconds(0)));
        world.advance(minutes(10));
        world.ask(example);
        world.advance(minutes(10));
        world.expect(example, not_found);
        world.expect_that(world.shared_store().policies.empty(), "the fleet still knows the old one");
        world.restart();
        world.expect(example, not_found);
        world.restart_elsewhere();
        world.expect(example, not_found);
    });
}

TEST_CASE("after a start, memory is filled from the store, and then it is asked no more") {
    play_once([](World& world) {
        world.use(World::Storage::own);
        for (int i = 0; i < 7; ++i) {
            publish(world, name(i));
            world.expect(name(i), secure("mx.example.com"));
        }
        world.restart();
        world.expect_entries(0);
        world.advance(seconds(1));
        world.expect_entries(7);
        world.hold();  // what is answered from here on is answered from memory
        for (int i = 0; i < 7; ++i)
            world.expect_answer(world.ask_later(name(i)), secure("mx.example.com"));
        world.expect_answers(engine::Source::cached, 7);
        world.release();
        const std::size_t finds = world.own_store().finds;
        world.expect("stranger.example.com", not_found);
        world.expect_that(world.own_store().finds == finds, "the store was asked again");
    });
}

TEST_CASE("while the store fails, answers go on, and what it missed is written when it begins anew") {
    // proves STS-35
    play_once([](World& world) {
        world.use(World::Storage::own);
        world.own_store().broken = true;
        world.restart();
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.advance(minutes(1));
        world.expect(example, secure("mx.example.com"));
        world.expect_that(world.own_store().policies.empty(), "nothing is kept");
        world.own_store().broken = false;
        world.own_store().begin_anew();
        world.advance(minutes(4));
        world.expect_that(world.own_store().policies.size() == 1, "all is written again");
        world.restart();
        vanish(world, example);
        world.expect(example, secure("mx.example.com"));
    });
}

TEST_CASE(
    "a policy that the store brings while the network is asked is not lost over that") {  // proves STS-30
    play_once([](World& world) {
        world.use(World::Storage::own);
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.own_store().broken = true;
        world.restart();
        vanish(world, example);
        world.advance(seconds(3));
        world.hold();
        const auto lookup = world.ask_later(example);  // the store knows nothing, DNS does not answer yet
        world.own_store().broken = false;
        world.advance(seconds(3));  // ... and now it knows again
        world.expect_entries(1);
        world.release();
        world.expect_answer(lookup, secure("mx.example.com"));
        world.expect(example, secure("mx.example.com"));
    });
}

TEST_CASE("what one daemon has learnt, another enforces") {
    play([](World& world) {
        world.use(World::Storage::both);
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        vanish(world, example);
        world.restart_elsewhere();
        world.expect(example, secure("mx.example.com"));
        world.expect_told("recalled example.com enforce id1 from shared", 1);
        world.shared_store().broken = true;  // and from then on it knows by itself
        world.restart();
        world.expect(example, secure("mx.example.com"));
        world.expect_told("recalled example.com enforce id1 from own", 1);
    });
}

TEST_CASE("without a shared store to be reached, the network is asked") {
    play([](World& world) {
        world.use(World::Storage::shared);
        world.shared_store().broken = true;
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        world.expect_answers(engine::Source::discovered, 1);
    });
}

TEST_CASE("a store's word is trusted no more than a stranger's") {  // proves STS-35
    play_once([](World& world) {
        world.use(World::Storage::both);
        publish(world, example);
        world.expect(example, secure("mx.example.com"));
        auto& kept = world.shared_store().policies.at(example);
        const auto sound = kept;
        const auto expect_rejected = [&] {
            world.restart_elsewhere();
            world.own_store().policies.clear();
            world.expect(example, secure("mx.example.com"));
            world.expect_told("recalled", 0);
        };
        kept.body = "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: *\n";
        expect_rejected();
        world.expect_told("rejected example.com", 1);
        kept = sound;
        kept.id = "not an id";
        expect_rejected();
        world.expect_told("rejected example.com", 2);
        kept = sound;
        kept.fetched -= 10 * week;
        kept.expires = kept.fetched + year;  // its text says a week
        expect_rejected();
    });
}

TEST_CASE("what a clock behind made younger ends when it is due, once the clock has been set") {
    // proves STS-33 STS-34
    play_once([](World& world) {
        world.use(World::Storage::own);
        auto& store = world.own_store();
        for (int i = 0; i < 5; ++i) {
            publish(world, name(i), "id1", "mx.example.com", hours(2));
            world.expect(name(i), secure("mx.example.com"));
        }
        const Time fetched = store.policies.at(name(0)).fetched;
        for (int i = 0; i < 5; ++i)
            vanish(world, name(i));
        world.advance(minutes(60));
        store.clock_is_behind(fetched + minutes(60), minutes(45));
        world.restart();
        world.advance(seconds(1));
        world.expect_entries(5);
        publish(world, example, "id1", "mx.example.com", hours(2));
        world.expect(example, secure("mx.example.com"));  // learnt since
        vanish(world, example);
        world.advance(minutes(10));
        store.clock_is_set();
        world.advance(minutes(49) - seconds(1));
        world.expect(name(0), secure("mx.example.com"));  // rechecked in vain, which is written down
        world.advance(seconds(30));
        world.expect_that(store.policies.at(name(0)).fetched == fetched, "it is not as old as it was");
        world.advance(minutes(1));
        for (int i = 0; i < 5; ++i)
            world.expect(name(i), not_found);
        world.expect(example, secure("mx.example.com"));
        world.restart();
        world.expect(name(0), not_found);
        world.expect(example, secure("mx.example.com"));
    });
}

TEST_CASE("what the right date has ended leaves memory, and a full one is dated right to its last entry") {
    play_once(
        [](World& world) {
            world.use(World::Storage::own);
            auto& store = world.own_store();
            for (int i = 0; i < 20; ++i) {
                publish(world, name(i), "id1", "mx.example.com", hours(2));
                world.expect(name(i), secure("mx.example.com"));
            }
            store.clock_is_behind(store.policies.at(name(19)).fetched + minutes(100), minutes(90));
            world.advance(minutes(100));
            for (int i = 0; i < 20; ++i)
                vanish(world, name(i));
            world.restart();
            for (int i = 0; i < 5; ++i)
                world.expect(name(i), secure("mx.example.com"));
            world.expect_entries(5);
            world.advance(minutes(30));
            store.clock_is_set();
            world.advance(seconds(3));
            world.expect_entries(0);
        },
        room_for(5));
}

TEST_CASE("use and checks are written down now and then") {
    play_once([](World& world) {
        world.use(World::Storage::own);
        publish(world, example, "id1", "mx.example.com", year);
        publish(world, "unused.example.com", "id1", "mx.example.com", year);
        world.expect(example, secure("mx.example.com"));
        world.expect("unused.example.com", secure("mx.example.com"));
        const Time used = world.own_store().policies.at(example).used;
        for (int i = 0; i < 12; ++i) {
            world.advance(minutes(10));
            world.expect(example, secure("mx.example.com"));
        }
        const auto& kept = world.own_store().policies.at(example);
        world.expect_that(kept.used - used >= hours(1), "its use is not marked");
        world.expect_that(kept.checked - used >= hours(1), "its check is not marked");
        world.expect_that(world.own_store().policies.at("unused.example.com").used == used,
                          "what nobody used is marked");
        world.expect_that(world.own_store().marks <= 4, "it is marked too often");
    });
}

TEST_CASE("while the store cannot tell, that a domain has no policy is believed for a moment only") {
    // proves STS-34
    const auto believed_for_a_moment = [](World& world) {
        world.nxdomain("example.com", hours(1));
        world.expect("example.com", not_found);
        world.advance(seconds(29));
        world.expect("example.com", not_found);
        world.expect_queries("example.com", 1);
        world.advance(seconds(2));
        world.expect("example.com", not_found);
        world.expect_queries("example.com", 2);
    };
    play_once([&](World& world) {
        world.use(World::Storage::own);
        world.own_store().broken = true;
        believed_for_a_moment(world);
    });
    play_once([&](World& world) {
        world.use(World::Storage::shared);
        world.shared_store().broken = true;
        believed_for_a_moment(world);
    });
}

}  // namespace tlspolicy::scenarios
