// What the clocks of a machine do to the ages of policies.
#include "loopback/store/store_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>

namespace tlspolicy::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// A machine, and the daemon on it.
struct Machine {
    explicit Machine(const std::string& boot) : wall(std::make_shared<fakes::ManualWallClock>(boot)) {}

    std::shared_ptr<fakes::ManualClock> clock = std::make_shared<fakes::ManualClock>();
    std::shared_ptr<fakes::ManualWallClock> wall;

    RunningStore start(const StoreDirectory& directory) { return {directory.file(), hasty(), clock, wall}; }
    void pass(Duration time) {
        clock->advance(time);
        wall->advance(time);
    }
};

/// When it was fetched, as the store says.
Time fetched(RunningStore& store, int number) {
    const auto found = store.find(domain_name(number)).value();
    REQUIRE(found.has_value());
    CHECK(found->expires - found->fetched == hours(168));
    return found->fetched;
}

std::int64_t number_in(const StoreDirectory& directory, const char* sql) {
    return open_database(directory.file()).number(sql).value();
}

}  // namespace

TEST_CASE("no jump of the wall clock prolongs a policy or ends it") {  // proves STS-34
    for (const Duration jump : {Duration(hours(24 * 4000)), Duration(-hours(24 * 4000))}) {
        const StoreDirectory directory;
        const auto clock = std::make_shared<fakes::ManualClock>();
        const auto wall = std::make_shared<fakes::ManualWallClock>();
        const auto policy = numbered(1, clock->now());
        {
            RunningStore store(directory.file(), hasty(), clock, wall);
            store->save(policy);
            REQUIRE(store.is_written());
        }
        clock->advance(hours(2));
        wall->advance(hours(2) + jump);
        RunningStore store(directory.file(), hasty(), clock, wall);
        CHECK(store.find(policy.domain).value() == policy);
    }
}

TEST_CASE("after another start of the machine, time has passed by the wall clock") {  // proves STS-34
    const StoreDirectory directory;
    fill(directory.file(), 1);
    const auto clock = std::make_shared<fakes::ManualClock>();
    const auto wall = std::make_shared<fakes::ManualWallClock>("boot-2");
    wall->advance(hours(30));
    RunningStore store(directory.file(), hasty(), clock, wall);
    const auto found = store.find(domain_name(0)).value();
    REQUIRE(found.has_value());
    CHECK(found->fetched == clock->now() - hours(30));
    CHECK(found->expires == clock->now() + hours(138));
}

TEST_CASE("a clock that is behind is followed when it is set, whoever has been restarted meanwhile") {
    // proves STS-34
    const StoreDirectory directory;
    fill(directory.file(), 1);
    Machine machine("boot-2");
    machine.wall->advance(-hours(1));
    {
        RunningStore store = machine.start(directory);
        store->save(numbered(1, store.now()));
        REQUIRE(store.is_written());
    }
    CHECK(number_in(directory, "SELECT behind_since FROM anchor")
          == machine.clock->now().time_since_epoch().count());
    machine.pass(minutes(5));
    RunningStore store = machine.start(directory);
    CHECK(fetched(store, 0) == machine.clock->now() - minutes(5));
    machine.wall->advance(hours(31));
    CHECK(RunningStore::eventually(
        [&] { return fetched(store, 0) == machine.clock->now() - hours(30) - minutes(5); }));
    store->stop();
    CHECK(number_in(directory, "SELECT behind_since IS NULL FROM anchor") == 1);  // written at once
}

TEST_CASE(
    "when the clock is set, what is right stays and what was learnt since is dated again") {  // proves STS-34
    const StoreDirectory directory;
    fill(directory.file(), 1);
    Machine machine("boot-2");
    const Time start = machine.clock->now();
    const Time learnt = start + minutes(4);
    machine.wall->advance(-hours(1));
    {
        RunningStore store = machine.start(directory);
        CHECK(fetched(store, 0) == start);  // as it seems
        machine.pass(minutes(5));
        store->save(numbered(1, store.now()));
        REQUIRE(store.is_written());
    }
    RunningStore store = machine.start(directory);  // ... within one start of the machine
    CHECK(fetched(store, 1) == learnt);
    machine.pass(minutes(5));
    store->save(numbered(2, store.now()));
    REQUIRE(store.is_written());
    machine.wall->advance(hours(31));
    CHECK(RunningStore::eventually([&] { return store->misdated_until() == start; }));
    CHECK(store->generation() == 1);  // nothing is to be saved again
    const auto check_ages = [&](RunningStore& running) {
        CHECK(fetched(running, 0) == start - hours(30));
        CHECK(fetched(running, 1) == learnt);
        CHECK(fetched(running, 2) == start + minutes(8));
    };
    check_ages(store);
    store->stop();
    RunningStore again = machine.start(directory);
    check_ages(again);
}

TEST_CASE("on a machine that never had a clock, everything is dated again when it is set") {  // proves STS-34
    const StoreDirectory directory;
    Machine machine("boot-1");
    machine.wall->set(WallTime(hours(1)));
    RunningStore store = machine.start(directory);
    REQUIRE(store.is_written());
    machine.pass(minutes(5));
    for (int i = 0; i < 4; ++i)
        store->save(numbered(i, store.now()));
    REQUIRE(store.is_written());
    const Time learnt = store.now();
    machine.pass(minutes(5));
    machine.wall->advance(hours(24 * 365 * 57));
    CHECK(RunningStore::eventually([&] { return store->misdated_until() > Time::min(); }));
    for (int i = 0; i < 4; ++i)
        CHECK(fetched(store, i) == learnt - minutes(i));
    store->stop();
    Machine later("boot-2");
    later.wall->set(machine.wall->now() + hours(2));
    RunningStore next = later.start(directory);
    CHECK(fetched(next, 0) == later.clock->now() - hours(2) - minutes(5));
}

TEST_CASE(
    "what waits to be written when the clock is set goes by the age that was given out") {  // proves STS-34
    const StoreDirectory directory;
    fill(directory.file(), 1);
    Machine machine("boot-2");
    machine.wall->advance(-hours(1));
    auto settings = hasty();
    settings.commit_pause = hours(1);
    RunningStore store(directory.file(), settings, machine.clock, machine.wall);
    auto policy = store.find(domain_name(0)).value();
    REQUIRE(policy.has_value());
    policy->failure = cache::Failure{Error(ErrorKind::dns, "no answer"), "", store.now(), 4};
    store->save(*policy);
    machine.wall->advance(hours(31));
    CHECK(RunningStore::eventually([&] { return store->misdated_until() > Time::min(); }));
    CHECK(fetched(store, 0) == machine.clock->now() - hours(30));
    CHECK(store.find(domain_name(0)).value()->failure->count == 4);
}

}  // namespace tlspolicy::test
