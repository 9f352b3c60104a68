#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/recording_observer.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <optional>
#include <stdexcept>
#include <string>

namespace tlspolicy {
namespace {

struct BrokenDns final : engine::DnsClient {
    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain /*name*/) override {
        throw std::runtime_error("out of luck");
        co_return engine::Absent{};
    }
    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain /*host*/) override {
        co_return engine::Absent{};
    }
};

struct NoFetcher final : engine::PolicyFetcher {
    boost::asio::awaitable<Result<std::string>> fetch(Domain /*policy_domain*/) override {
        co_return Error(ErrorKind::fetch, "nobody asks");
    }
};

}  // namespace

TEST_CASE("a discovery that is left by an exception is told, and its askers are answered") {
    boost::asio::io_context loop;
    fakes::ManualClock clock;
    fakes::RecordingObserver observer;
    cache::PolicyCache cache(1000, 1);
    BrokenDns dns;
    NoFetcher fetcher;
    engine::PolicyEngine engine(loop.get_executor(), cache, dns, fetcher, clock, observer, {}, 1);

    std::optional<postfix::Answer> answer;
    engine.ask(*Domain::parse("example.com"), {}, [&](const postfix::Answer& given) { answer = given; });
    loop.run();

    REQUIRE(answer);
    CHECK(std::holds_alternative<postfix::NotFound>(*answer));
    CHECK(observer.last() == "broken out of luck");
    CHECK(engine.idle());
}

}  // namespace tlspolicy
