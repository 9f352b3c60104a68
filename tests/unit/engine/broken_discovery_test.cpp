#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/recording_observer.hpp"
#include "fakes/scripted_fetcher.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

namespace tlspolicy {
namespace {

struct BrokenDns final : engine::DnsClient {
    std::function<void()> meanwhile = [] {};
    std::string id;  // of the record; none: it breaks

    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain /*name*/) override {
        meanwhile();
        if (id.empty()) throw std::runtime_error("out of luck");
        co_return engine::TxtRecords{{"v=STSv1; id=" + id + ";"}, std::chrono::minutes(1)};
    }
    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain /*host*/) override {
        co_return engine::Absent{};
    }
};

struct BrokenWorld {
    std::optional<postfix::Answer> ask() {
        std::optional<postfix::Answer> answer;
        engine.ask(example, {}, [&](const postfix::Answer& given) { answer = given; });
        run();
        return answer;
    }
    void run() {
        loop.restart();
        loop.run();
    }

    const Domain example = *Domain::parse("example.com");
    boost::asio::io_context loop;
    fakes::ManualClock clock;
    fakes::RecordingObserver observer;
    cache::PolicyCache cache{1000, 1};
    BrokenDns dns;
    fakes::ScriptedFetcher fetcher;
    engine::PolicyEngine engine{loop.get_executor(), cache, dns, fetcher, clock, observer, {}, 1};
};

const std::string enforced = "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 86400\n";

}  // namespace

TEST_CASE("a discovery that is left by an exception is told, and its askers are answered") {
    BrokenWorld world;
    const auto answer = world.ask();
    REQUIRE(answer);
    CHECK(std::holds_alternative<postfix::NotFound>(*answer));
    CHECK(world.observer.last() == "broken out of luck");
    CHECK(world.engine.idle());
}

TEST_CASE("whose discovery breaks off is answered from the policy that came meanwhile") {  // proves STS-30
    BrokenWorld world;
    world.fetcher.set("example.com", enforced);
    world.dns.id = "1";
    REQUIRE(world.ask());
    const auto learnt = world.cache.find("example.com");
    REQUIRE(learnt);
    world.cache.erase("example.com");
    world.dns.id.clear();
    world.dns.meanwhile = [&] { world.cache.put(learnt); };
    const auto answer = world.ask();
    REQUIRE(answer);
    CHECK(std::holds_alternative<postfix::Found>(*answer));
}

TEST_CASE("a recheck that breaks off is made again") {  // proves STS-31
    BrokenWorld world;
    world.fetcher.set("example.com", enforced);
    world.dns.id = "1";
    REQUIRE(world.ask());
    world.dns.id.clear();
    world.clock.advance(std::chrono::minutes(10));
    CHECK(world.engine.cached(world.example.text(), {}));
    world.run();
    CHECK(world.observer.last() == "broken out of luck");
    world.dns.id = "2";
    for (std::size_t i = 0; i <= cache::PolicyCache::shard_count; ++i) {
        world.clock.advance(std::chrono::seconds(1));
        world.engine.tick();
    }
    CHECK(world.engine.cached(world.example.text(), {}));
    world.run();
    CHECK(world.fetcher.fetches() == 2);
}

}  // namespace tlspolicy
