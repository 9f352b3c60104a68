#include "scenarios/dane_world.hpp"

namespace tlspolicy {

// proves DANE-6
TEST_CASE("a known state answers from memory, and is looked up again behind an answer before it runs out") {
    DaneWorld world;
    CHECK(world.ask() == "dane-only");
    const auto queries = world.dane.queries;
    CHECK(world.ask() == "dane-only");
    CHECK(world.from_memory);
    CHECK(world.dane.queries == queries);
    world.clock.advance(minutes(8));  // three quarters of ten minutes have passed
    CHECK(world.ask() == "dane-only");
    CHECK(world.from_memory);
    CHECK(world.dane.queries > queries);
    world.clock.advance(minutes(9));  // past the first lookup's time, within the second's
    CHECK(world.ask() == "dane-only");
    CHECK(world.from_memory);
    world.clock.advance(minutes(30));  // nobody asked in time
    CHECK(world.ask() == "dane-only");
    CHECK_FALSE(world.from_memory);
}

TEST_CASE(
    "what fails to be looked up again is as it was, for an hour; then mail waits rather than be downgraded") {
    for (const bool whole_list : {false, true}) {
        CAPTURE(whole_list);
        DaneWorld world;
        REQUIRE(world.ask() == "dane-only");
        world.break_tlsa("_25._tcp.mx1.example.com");
        world.break_tlsa("_25._tcp.mx2.example.com");
        if (whole_list) world.break_mx();
        for (int i = 0; i < 6; ++i) {
            world.clock.advance(minutes(11));
            CHECK(world.ask() == "dane-only");
        }
        world.clock.advance(minutes(11));
        const std::string later = world.ask();
        CHECK(later.starts_with(whole_list ? "TEMP DANE: MX example.com: SERVFAIL"
                                           : "TEMP DANE: TLSA _25._tcp.mx1.example.com: SERVFAIL"));
        CHECK(world.observer.count("dane-weakened") == 0);
    }
}

// proves DANE-6
TEST_CASE(
    "a lookup of DANE that is silent is judged at the deadline by what was last seen, like one that fails") {
    for (const std::string silent : {"example.com", "_25._tcp.mx1.example.com"}) {
        for (const bool policy : {true, false}) {
            CAPTURE(silent);
            CAPTURE(policy);
            DaneWorld world;
            if (!policy) world.dns.no_txt("_mta-sts.example.com");
            REQUIRE(world.ask() == "dane-only");
            world.dane.mute.insert(silent);
            world.clock.advance(minutes(11));  // it is out of date, and within its grace
            CHECK(world.ask_until_deadline() == "dane-only");
            world.clock.advance(hours(1));  // ... and beyond it
            CHECK(world.ask_until_deadline()
                  == (policy ? "TEMP DANE: the mail hosts could not be looked up in time" : "NOTFOUND"));
            world.engine->stop();
            world.run();
            CHECK(world.engine->idle());
        }
    }
}

TEST_CASE("hosts that no longer do DANE are told as a weakening") {
    DaneWorld world;
    REQUIRE(world.ask() == "dane-only");
    for (const std::string name : {"_25._tcp.mx1.example.com", "_25._tcp.mx2.example.com"})
        world.dane.tlsa_records.erase(name);
    world.clock.advance(minutes(20));
    CHECK(world.ask() == "secure");
    CHECK(world.observer.last() == "dane-weakened example.com all-usable -> none");
}

TEST_CASE("a weakening is told also where a failure came between") {
    DaneWorld world;
    REQUIRE(world.ask() == "dane-only");
    world.break_mx();
    for (int i = 0; i < 8; ++i) {
        world.clock.advance(minutes(11));
        world.ask();
    }
    REQUIRE(world.ask().starts_with("TEMP DANE"));
    REQUIRE(world.observer.count("dane-weakened") == 0);
    SUBCASE("it does no DANE any more") {
        world.dane.exchanges.insert_or_assign("example.com", engine::Absent{});
        world.clock.advance(minutes(1));
        CHECK(world.ask() == "secure");
        CHECK(world.observer.last() == "dane-weakened example.com all-usable -> none");
    }
    SUBCASE("it is as it was") {
        world.dane.exchanges.insert_or_assign(
            "example.com", engine::MxRecords{{{10, "mx1.example.com"}}, minutes(10), true});
        world.clock.advance(minutes(1));
        CHECK(world.ask() == "dane-only");
        CHECK(world.observer.count("dane-weakened") == 0);
        CHECK(world.observer.last() == "dane example.com hosts-not-known -> all-usable");
    }
}

TEST_CASE("a failure that what is known bridged is told, and so is its end") {
    DaneWorld world;
    REQUIRE(world.ask() == "dane-only");
    const auto hosts = world.dane.exchanges;
    world.break_mx();
    world.clock.advance(minutes(20));
    CHECK(world.ask() == "dane-only");
    CHECK(world.observer.count("dane-failed") == 1);
    world.dane.exchanges = hosts;
    world.clock.advance(minutes(1));
    CHECK(world.ask() == "dane-only");
    CHECK(world.observer.last() == "dane example.com all-usable -> all-usable");
}

// proves DANE-6
TEST_CASE("what was learnt of DANE from other resolvers is looked up again, and bridges a failure of that") {
    DaneWorld world;
    const engine::MxRecords hosts{{{10, "mx1.example.com"}, {20, "mx2.example.com"}}, hours(1), true};
    SUBCASE("those before did not validate") {
        world.dane.exchanges.clear();
        REQUIRE(world.ask() == "secure");
        world.dane.exchanges.insert_or_assign("example.com", hosts);
        CHECK(world.ask() == "secure");
        CHECK(world.from_memory);
        world.engine->resolvers_changed();
        CHECK(world.ask() == "dane-only");
        CHECK_FALSE(world.from_memory);
        CHECK(world.ask() == "dane-only");
        CHECK(world.from_memory);
    }
    SUBCASE("the new ones fail") {
        REQUIRE(world.ask() == "dane-only");
        world.engine->resolvers_changed();
        world.break_mx();
        CHECK(world.ask() == "dane-only");
        CHECK_FALSE(world.from_memory);
    }
    SUBCASE("they change while DANE is looked up") {
        world.dane.on_query = [&] {
            world.dane.on_query = nullptr;
            world.engine->resolvers_changed();
        };
        CHECK(world.ask() == "dane-only");
        CHECK(world.ask() == "dane-only");
        CHECK_FALSE(world.from_memory);
    }
}

// proves DANE-4
TEST_CASE("a smart host is itself the mail host, at its own port, without an MX lookup") {
    DaneWorld world;
    world.dns.set_txt("_mta-sts.relay.example.net", {"v=STSv1; id=1;"});
    world.fetcher.set("relay.example.net",
                      "version: STSv1\nmode: enforce\nmx: relay.example.net\nmax_age: 86400\n");
    world.break_mx();
    world.add_host("relay.example.net");
    CHECK(world.ask("[relay.example.net]:587") == "secure");
    world.add_tlsa("_25._tcp.relay.example.net");
    world.clock.advance(hours(2));
    CHECK(world.ask("[relay.example.net]:587") == "secure");
    CHECK(world.ask("[relay.example.net]") == "dane-only");
    world.add_tlsa("_587._tcp.relay.example.net");
    world.clock.advance(hours(2));
    CHECK(world.ask("[relay.example.net]:submission") == "dane-only");
    CHECK(world.ask("[relay.example.net]:587") == "dane-only");
    CHECK(world.from_memory);
}

TEST_CASE("the port of a key decides where TLSA records stand, also behind an MX lookup") {
    DaneWorld world;
    CHECK(world.ask("example.com:2525") == "secure");
    CHECK(world.ask("example.com:25") == "dane-only");
    CHECK(world.ask("example.com") == "dane-only");
    CHECK(world.from_memory);
}

// proves DANE-4
TEST_CASE("a host that is an alias: the TLSA records of its target, then its own") {
    DaneWorld world;
    for (const std::string name : {"mx1.example.com", "mx2.example.com"}) {
        world.add_host(name, true, "host.example.org");
        world.dane.tlsa_records.erase("_25._tcp." + name);
    }
    SUBCASE("neither has any") {
        CHECK(world.ask() == "secure");
    }
    SUBCASE("the target's") {
        world.add_tlsa("_25._tcp.host.example.org");
        CHECK(world.ask() == "dane-only");
    }
    SUBCASE("its own") {
        world.add_tlsa("_25._tcp.mx1.example.com");
        world.add_tlsa("_25._tcp.mx2.example.com");
        CHECK(world.ask() == "dane-only");
    }
    SUBCASE("the target's cannot be looked up") {
        world.break_tlsa("_25._tcp.host.example.org");
        CHECK(world.ask() == "TEMP DANE: TLSA _25._tcp.host.example.org: SERVFAIL");
    }
    SUBCASE("an unsigned target of a signed alias: its own only") {
        for (const std::string name : {"mx1.example.com", "mx2.example.com"}) {
            world.add_host(name, false, "host.example.org");
            world.dane.aliases.insert_or_assign(name,
                                                engine::AliasRecord{"host.example.org", minutes(10), true});
        }
        world.add_tlsa("_25._tcp.host.example.org");
        CHECK(world.ask() == "secure");
        world.add_tlsa("_25._tcp.mx1.example.com");
        world.add_tlsa("_25._tcp.mx2.example.com");
        world.clock.advance(hours(1));
        CHECK(world.ask() == "dane-only");
    }
    SUBCASE("an unsigned alias") {
        for (const std::string name : {"mx1.example.com", "mx2.example.com"}) {
            world.add_host(name, false, "host.example.org");
            world.add_tlsa("_25._tcp." + name);
            world.dane.aliases.insert_or_assign(name,
                                                engine::AliasRecord{"host.example.org", minutes(10), false});
        }
        CHECK(world.ask() == "secure");
    }
}

TEST_CASE("no more than 16 hosts are looked at, the preferred ones") {
    DaneWorld world;
    engine::MxRecords many{{}, minutes(10), true};
    for (int i = 40; i > 0; --i) {
        const std::string name = "mx" + std::to_string(i) + ".example.com";
        many.exchanges.push_back({static_cast<std::uint16_t>(i), name});
        if (i > 16) continue;
        world.add_host(name);
        world.add_tlsa("_25._tcp." + name);
    }
    world.dane.exchanges.insert_or_assign("example.com", many);
    CHECK(world.ask() == "dane-only");
    CHECK(world.dane.queries == 1 + 16 * 3);
}

TEST_CASE("many lookups of one domain are one discovery") {
    DaneWorld world;
    int answers = 0;
    for (int i = 0; i < 100; ++i)
        world.engine->ask(*Domain::parse("example.com"), world.options, [&](const postfix::Answer& answer) {
            answers += DaneWorld::shown(answer) == "dane-only" ? 1 : 0;
        });
    world.run();
    CHECK(answers == 100);
    CHECK(world.dane.queries == 1 + 2 * 3);
    CHECK(world.fetcher.fetches() == 1);
}

TEST_CASE("where all hosts do DANE, a mute policy host holds up no answer") {
    DaneWorld world;
    world.dns.mute_txt("_mta-sts.example.com");
    std::optional<postfix::Answer> answer;
    world.engine->ask(*Domain::parse("example.com"), world.options,
                      [&](const postfix::Answer& given) { answer = given; });
    world.loop.poll();
    REQUIRE(answer);
    CHECK(DaneWorld::shown(*answer) == "dane-only");
    world.engine->stop();
    world.run();
    CHECK(world.engine->idle());
}

TEST_CASE("a policy of no duration is used for the delivery that waits for DANE after it") {  // proves STS-15
    DaneWorld world;
    world.fetcher.set("example.com", "version: STSv1\nmode: enforce\nmx: *.example.com\nmax_age: 0\n");
    world.dane.tlsa_records.clear();
    world.dane.turns = 100;
    world.dane.on_query = [&] { world.clock.advance(seconds(1)); };
    CHECK(world.ask() == "secure");
    world.dane.mute = {"other.example"};
    world.dns.set_txt("_mta-sts.other.example", {"v=STSv1; id=1;"});
    world.fetcher.set("other.example", "version: STSv1\nmode: enforce\nmx: *.example.com\nmax_age: 0\n");
    CHECK(world.ask_until_deadline("other.example")
          == "TEMP DANE: the mail hosts could not be looked up in time");
    world.engine->stop();
    world.run();
}

TEST_CASE("DANE that is known is not looked up again for a domain whose MTA-STS is not") {
    DaneWorld world;
    REQUIRE(world.ask() == "dane-only");
    const auto queries = world.dane.queries;
    world.cache.erase("example.com");
    world.dns.mute_txt("_mta-sts.example.com");
    std::optional<postfix::Answer> answer;
    world.engine->ask(*Domain::parse("example.com"), world.options,
                      [&](const postfix::Answer& given) { answer = given; });
    world.poll();
    REQUIRE(answer);
    CHECK(DaneWorld::shown(*answer) == "dane-only");
    CHECK(world.dane.queries == queries);
    CHECK(world.dns.queries_for("_mta-sts.example.com") == 2);  // but that is looked up
    CHECK(world.engine->waiting() == 0);
    world.engine->stop();
    world.run();
    CHECK(world.engine->idle());
}

TEST_CASE("a discovery of DANE may be cancelled while its hosts are looked up") {
    for (const std::string silent :
         {"mx1.example.com", "mx2.example.com", "_25._tcp.mx1.example.com", "_25._tcp.mx2.example.com"}) {
        CAPTURE(silent);
        DaneWorld each;
        std::optional<postfix::Answer> answer;
        each.dane.mute = {silent};
        each.engine->ask(*Domain::parse("example.com"), each.options,
                         [&](const postfix::Answer& given) { answer = given; });
        each.poll();
        CHECK_FALSE(answer);
        each.engine->stop();
        each.run();
        REQUIRE(answer);
        CHECK(DaneWorld::shown(*answer) == "TEMP tlspolicyd is stopping");
        CHECK(each.engine->idle());
    }
}

TEST_CASE("a map without DANE asks nothing of it, beside one with DANE") {
    DaneWorld world;
    world.options = {};
    CHECK(world.ask() == "secure");
    CHECK(world.dane.queries == 0);
    world.options = {.dane = true};
    CHECK(world.ask() == "dane-only");
    world.options = {};
    CHECK(world.ask() == "secure");
}

}  // namespace tlspolicy
