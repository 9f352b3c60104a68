// What an operator asks of the running daemon: to look again, and to forget.
#include "fakes/scripted_store.hpp"
#include "world.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::scenarios {
namespace {

const std::string example = "example.com";
const std::string answer = secure("mx.example.com");

void publish(World& world, std::string_view id = "id1", std::string_view mx = "mx.example.com") {
    world.record(example, id);
    world.policy(example, enforce(mx));
}

void vanish(World& world) {
    world.nxdomain(example);
    world.policy_fails(example, ErrorKind::fetch, "connection refused");
}

void expect_refresh(World& world, std::string_view outcome) {
    const std::string came = world.refresh(example);
    world.expect_that(came == outcome, "the refresh brings " + came);
}

void expect_forget(World& world, std::string_view outcome) {
    const std::string came = world.forget(example);
    world.expect_that(came == outcome, "forget says " + came);
}

}  // namespace

TEST_CASE("a refresh finds a new policy before anybody asks, and fetches even where the id is the same") {
    play([](World& world) {
        publish(world);
        expect_refresh(world, "unknown -> enforce id1");
        world.expect(example, answer);
        publish(world, "id2", "mx2.example.com");
        expect_refresh(world, "enforce id1 -> enforce id2");
        world.expect(example, secure("mx2.example.com"));
        world.policy(example, enforce("mx3.example.com"));
        expect_refresh(world, "enforce id2 -> enforce id2");
        world.expect(example, secure("mx3.example.com"));
        world.expect_fetches(example, 3);
    });
}

TEST_CASE("a refresh does not wait for the end of a pause") {
    play([](World& world) {
        world.record(example, "id1");
        world.policy_fails(example, ErrorKind::fetch, "HTTP status 500");
        world.expect(example, not_found);
        world.advance(seconds(10));
        world.policy(example, enforce("mx.example.com"));
        world.expect(example, not_found);
        expect_refresh(world, "unavailable -> enforce id1");
        world.expect(example, answer);
    });
}

TEST_CASE("a refresh that fails weakens nothing, in memory or in the store") {  // proves STS-30
    play([](World& world) {
        world.use(World::Storage::own);
        publish(world);
        world.expect(example, answer);
        vanish(world);
        expect_refresh(world, "enforce id1 -> enforce id1");
        world.expect(example, answer);
        world.dns_fails(example);
        expect_refresh(world, "enforce id1 -> enforce id1");
        world.restart();
        world.expect(example, answer);
    });
}

TEST_CASE("a policy that only a store holds is known to a refresh, too") {  // proves STS-30, STS-34
    play([](World& world) {
        world.use(World::Storage::both);
        publish(world);
        world.expect(example, answer);
        vanish(world);
        world.restart_elsewhere();
        expect_refresh(world, "unknown -> enforce id1");
        world.expect(example, answer);
    });
}

TEST_CASE("a refresh that is asked for while the domain is looked at begins after that") {
    // Once: in a world without delays a policy may be served between a decision and its delivery.
    play_once([](World& world) {
        publish(world);
        world.hold();
        const auto lookup = world.ask_later(example);
        const auto outcome = world.refresh_later(example);
        world.release();
        world.advance(seconds(1));
        world.expect_answer(lookup, answer);
        world.expect_that(*outcome == "unknown -> enforce id1",
                          "the refresh brings " + outcome->value_or("nothing"));
        world.expect_queries(example, 2);
        world.expect_fetches(example, 2);
    });
}

TEST_CASE("a refresh is waited for no longer than an answer, and goes on without its asker") {
    play_once([](World& world) {
        publish(world);
        world.hold();
        expect_refresh(world, "late");
        world.release();
        world.expect(example, answer);
    });
}

TEST_CASE("a daemon that stops lets go of who waits for a refresh") {
    play_once([](World& world) {
        world.stop();
        expect_refresh(world, "late");
    });
}

TEST_CASE("what is forgotten is learnt anew, and an enforced policy is forgotten by force only") {
    play([](World& world) {
        expect_forget(world, "nothing");
        publish(world);
        world.expect(example, answer);
        expect_forget(world, "enforced");
        world.expect(example, answer);
        world.expect_fetches(example, 1);
        world.forget_by_force(example);
        world.expect_entries(0);
        vanish(world);
        world.expect(example, not_found);
        expect_forget(world, "all");
    });
}

TEST_CASE("a policy in testing and an expired one are forgotten without force") {
    play([](World& world) {
        world.record(example, "id1");
        world.policy(example, testing("mx.example.com"));
        world.expect(example, not_found);
        expect_forget(world, "all");
        world.policy(example, enforce("mx.example.com", seconds(30)));
        world.expect(example, answer);
        world.advance(seconds(31), seconds(31));
        expect_forget(world, "all");
    });
}

TEST_CASE("the stores forget, too") {
    play([](World& world) {
        world.use(World::Storage::both);
        publish(world);
        world.expect(example, answer);
        vanish(world);
        world.restart_elsewhere();
        expect_forget(world, "enforced");
        world.forget_by_force(example);
        world.expect_that(world.own_store().policies.empty(), "the own store holds it");
        world.expect_that(world.shared_store().policies.empty(), "the shared store holds it");
        world.restart();
        world.expect(example, not_found);
    });
}

TEST_CASE("a store that cannot tell may hold an enforced policy, which is forgotten by force only") {
    play([](World& world) {
        world.use(World::Storage::both);
        publish(world);
        world.expect(example, answer);
        vanish(world);
        world.restart_elsewhere();
        world.shared_store().broken = true;
        expect_forget(world, "unclear; the shared store: no connection");
        world.shared_store().broken = false;
        expect_forget(world, "enforced");
        world.expect(example, answer);

        world.own_store().broken = true;
        world.restart();
        expect_forget(world, "enforced; the own store: the disk is on fire");
        world.shared_store().broken = true;
        expect_forget(world, "unclear; the own store: the disk is on fire");
        world.own_store().broken = world.shared_store().broken = false;
        world.expect(example, answer);

        world.shared_store().broken = true;
        const std::string forced = world.forget_by_force(example);
        world.expect_that(forced == "all; the shared store cannot be reached", "forget says " + forced);
    });
}

TEST_CASE("a discovery that is under way does not bring back what was forgotten meanwhile") {
    play([](World& world) {
        publish(world);
        world.expect(example, answer);
        vanish(world);
        world.advance(minutes(2));
        world.hold();
        world.ask(example);  // has the record looked at again
        world.forget_by_force(example);
        world.release();
        world.advance(seconds(1));
        world.expect(example, not_found);
    });
}

TEST_CASE("a renewal that is under way without a record does not bring back what was forgotten meanwhile") {
    play_once([](World& world) {
        world.use(World::Storage::own);
        publish(world);
        world.expect(example, answer);
        world.nxdomain(example);  // and the policy is served on
        world.hold();
        const auto outcome = world.refresh_later(example);
        world.let_go();  // the look at the record; the fetch is held
        world.forget_by_force(example);
        world.release();
        world.expect_fetches(example, 2);
        world.expect_that(outcome->value_or("nothing").ends_with(" -> no record"),
                          "the refresh brings " + outcome->value_or("nothing"));
        world.expect_that(world.own_store().policies.empty(), "the store holds it");
    });
}

TEST_CASE("forgetting all failures lets every such domain be tried again at once, and leaves the rest") {
    play([](World& world) {
        publish(world);
        world.expect(example, answer);
        for (int i = 0; i < 5; ++i) {
            const std::string domain = "d" + std::to_string(i) + ".example.com";
            world.record(domain, "id1");
            world.policy_fails(domain, ErrorKind::fetch, "HTTP status 500");
            world.ask(domain);
        }
        const std::size_t count = world.forget_failed();
        world.expect_that(count == 5, std::to_string(count) + " are forgotten");
        world.expect_entries(1);
        world.policy("d3.example.com", enforce("mx.example.com"));
        world.expect("d3.example.com", answer);
        world.expect(example, answer);
    });
}

}  // namespace tlspolicy::scenarios
