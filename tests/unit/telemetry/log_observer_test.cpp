#include "telemetry/log_observer.hpp"

#include "fakes/manual_clock.hpp"

#include <doctest/doctest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

namespace tlspolicy::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds took{12};

/// A log observer whose lines are read back.
struct Fixture {
    std::ostringstream text;
    fakes::ManualClock clock;
    std::shared_ptr<spdlog::logger> log =
        std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(text));
    LogObserver observer{log, clock};
    Domain domain = Domain::parse("example.com").value();

    Fixture() {
        log->set_pattern("%l %v");
        log->set_level(spdlog::level::debug);
    }

    /// What was written since the last call.
    std::string written() {
        std::string lines = text.str();
        text.str("");
        return lines;
    }
    std::string told(const engine::Event& event) {
        observer.on_event(event);
        return written();
    }
    std::string answered(const postfix::Answer& answer, engine::Source source) {
        observer.on_answer(domain.text(), answer, source);
        return written();
    }
};

cache::Cached cached(std::string_view mode = "enforce", std::string_view id = "id1",
                     std::string_view mx = "mx: mx1.example.com\nmx: *.example.net\n") {
    const std::string body =
        "version: STSv1\nmode: " + std::string(mode) + "\nmax_age: 86400\n" + std::string(mx);
    cache::Cached state{cache::read_policy(body).value()};
    state.id = id;
    return state;
}

cache::Failure failure(const Fixture& fixture, std::string message = "HTTP status 404") {
    cache::Failure failed{Error(ErrorKind::fetch, std::move(message))};
    failed.id = "id2";
    failed.retry = fixture.clock.now() + minutes(5);
    failed.count = 2;
    return failed;
}

}  // namespace

TEST_CASE("a new, changed, refreshed or withdrawn policy is one line") {
    Fixture log;
    const auto first = cached();
    const auto second = cached("testing", "id2", "mx: mx2.example.com\n");
    const auto none = cached("none", "id3", "");
    CHECK(log.told(engine::PolicyLearned{log.domain, first, took})
          == "info policy-learned domain=example.com mode=enforce id=id1 mx=mx1.example.com,*.example.net "
             "max_age=86400 ms=12\n");
    CHECK(log.told(engine::PolicyReplaced{log.domain, first, second, took})
          == "info policy-replaced domain=example.com mode=testing id=id2 mx=mx2.example.com max_age=86400 "
             "before_mode=enforce before_id=id1 ms=12\n");
    CHECK(log.told(engine::PolicyReplaced{log.domain, first, none, took})
          == "info policy-withdrawn domain=example.com mode=none id=id3 mx= max_age=86400 "
             "before_mode=enforce before_id=id1 ms=12\n");
    CHECK(log.told(engine::PolicyRefreshed{log.domain, first, took})
          == "debug policy-refreshed domain=example.com mode=enforce id=id1 "
             "mx=mx1.example.com,*.example.net max_age=86400 ms=12\n");
}

TEST_CASE("a policy with many hosts shows the first eight") {
    Fixture log;
    std::string mx;
    for (int i = 1; i <= 10; ++i)
        mx += "mx: mx" + std::to_string(i) + ".example.com\n";
    const auto many = cached("enforce", "id1", mx);
    const std::string line = log.told(engine::PolicyLearned{log.domain, many, took});
    CHECK(line.find(",mx8.example.com,+2 max_age=") != std::string::npos);
    CHECK(line.find("mx9.") == std::string::npos);
}

TEST_CASE("an expired policy is a warning where it protected something") {
    Fixture log;
    auto state = cached();
    CHECK(log.told(engine::PolicyExpired{log.domain, state})
          == "warning policy-expired domain=example.com mode=enforce id=id1 "
             "mx=mx1.example.com,*.example.net max_age=86400 reason=\"not asked for any more\"\n");
    state.failure = std::make_shared<const cache::Failure>(failure(log));
    const std::string line = log.told(engine::PolicyExpired{log.domain, state});
    CHECK(line.find(" reason=\"HTTP status 404\"\n") != std::string::npos);
    const auto none = cached("none", "id1", "");
    CHECK(log.told(engine::PolicyExpired{log.domain, none}).substr(0, 20) == "debug policy-expired");
}

TEST_CASE("a failure is a warning with its class, what is applied, and when it is tried again") {
    Fixture log;
    const auto failed = failure(log);
    const auto held = cached();
    CHECK(log.told(engine::DiscoveryFailed{log.domain, failed, nullptr, &held, took})
          == "warning discovery-failed domain=example.com class=fetch applied=enforce failures=2 retry_s=300 "
             "reason=\"HTTP status 404\" ms=12\n");
    CHECK(log.told(engine::DiscoveryFailed{log.domain, failed, nullptr, nullptr, took})
          == "warning discovery-failed domain=example.com class=fetch applied=nothing failures=2 retry_s=300 "
             "reason=\"HTTP status 404\" ms=12\n");
}

TEST_CASE("a failure that repeats itself is a line at debug; a different one is told") {
    Fixture log;
    const auto failed = failure(log);
    const auto other = failure(log, "HTTP status 500");
    const auto slow = failure(log, "time-out after 5001 ms while connecting to 192.0.2.1");
    const auto slower = failure(log, "time-out after 5006 ms while connecting to 192.0.2.2");
    CHECK(log.told(engine::DiscoveryFailed{log.domain, failed, &failed, nullptr, took}).substr(0, 23)
          == "debug discovery-failed ");
    CHECK(log.told(engine::DiscoveryFailed{log.domain, slower, &slow, nullptr, took}).substr(0, 23)
          == "debug discovery-failed ");
    CHECK(log.told(engine::DiscoveryFailed{log.domain, failed, &other, nullptr, took}).substr(0, 25)
          == "warning discovery-failed ");
}

TEST_CASE("remote text reaches the log escaped and cut") {
    Fixture log;
    const auto failed = failure(log, "said \"\n\xff" + std::string(1000, 'a'));
    const std::string line = log.told(engine::DiscoveryFailed{log.domain, failed, nullptr, nullptr, took});
    CHECK(line.find(R"(reason="said \x22\x0a\xffaaa)") != std::string::npos);
    CHECK(line.find("aaa...\" ms=12\n") != std::string::npos);
    CHECK(line.size() < 600);
}

TEST_CASE("a recovery says what it ended; no policy is worth a line at debug") {
    Fixture log;
    const auto failed = failure(log);
    CHECK(log.told(engine::DiscoveryRecovered{log.domain, failed, took})
          == "info discovery-recovered domain=example.com failures=2 reason=\"HTTP status 404\" ms=12\n");
    const std::string why = "NXDOMAIN";
    CHECK(log.told(engine::NoPolicy{log.domain, why, took})
          == "debug no-policy domain=example.com reason=\"NXDOMAIN\" ms=12\n");
}

TEST_CASE("overload and a full cache are errors, a few lines a minute") {
    Fixture log;
    for (int i = 0; i < 5; ++i) {
        CHECK(log.told(engine::Overloaded{log.domain})
              == "error overloaded domain=example.com unsaid=0 "
                 "reason=\"too many lookups wait for DNS or HTTPS\"\n");
        CHECK(log.told(engine::CacheFull{log.domain, 7})
              == "error cache-full domain=example.com entries=7 unsaid=0 reason=\"every entry holds an "
                 "enforced policy and is kept; this domain is looked up each time: raise "
                 "cache.max_entries\"\n");
    }
    for (int i = 0; i < 3; ++i) {
        CHECK(log.told(engine::Overloaded{log.domain}).empty());
        CHECK(log.told(engine::CacheFull{log.domain, 7}).empty());
    }
    log.clock.advance(minutes(1));
    CHECK(log.told(engine::Overloaded{log.domain}).find(" unsaid=3 ") != std::string::npos);
    CHECK(log.told(engine::CacheFull{log.domain, 7}).find(" unsaid=3 ") != std::string::npos);
}

TEST_CASE("a discovery that an exception ended is an error") {
    Fixture log;
    CHECK(log.told(engine::DiscoveryBroken{"std::bad_alloc"})
          == "error discovery-broken reason=\"std::bad_alloc\"\n");
}

TEST_CASE("a policy from the shared store is news, one from the own store is not") {
    Fixture log;
    const auto state = cached();
    CHECK(log.told(engine::PolicyRecalled{log.domain, state, engine::Source::shared, took})
          == "info policy-recalled domain=example.com source=shared mode=enforce id=id1 mx=mx1.example.com,*.example.net "
             "max_age=86400 ms=12\n");
    CHECK(log.told(engine::PolicyRecalled{log.domain, state, engine::Source::stored, took})
              .find("debug policy-recalled domain=example.com source=stored ")
          == 0);
}

TEST_CASE("what a store holds and is no policy is an error, a few lines a minute") {
    Fixture log;
    const Error why(ErrorKind::invalid, "line 2: mode is missing");
    CHECK(
        log.told(engine::RecallRejected{"a\nb", engine::Source::shared, why})
        == "error recall-rejected domain=a\\x0ab source=shared unsaid=0 reason=\"line 2: mode is "
           "missing\"\n");
}

TEST_CASE("an answer is a line at debug") {
    Fixture log;
    const auto state = cached();
    const postfix::Found found{
        std::shared_ptr<const postfix::SecureText>(state.policy, &*state.policy->text)};
    CHECK(log.answered(found, engine::Source::cached)
          == "debug answer domain=example.com answer=secure source=cached\n");
    CHECK(log.answered(postfix::NotFound{}, engine::Source::discovered)
          == "debug answer domain=example.com answer=notfound source=discovered\n");
    CHECK(log.answered(postfix::NotFound{}, engine::Source::deadline)
          == "debug answer domain=example.com answer=notfound source=deadline\n");
    CHECK(log.answered(postfix::Temp{"MTA-STS: SERVFAIL"}, engine::Source::cached)
          == "debug answer domain=example.com answer=temp source=cached\n");
    log.log->set_level(spdlog::level::info);
    CHECK(log.answered(found, engine::Source::cached).empty());
}

TEST_CASE("a TEMP after a wait is a warning with its reason, a few lines a minute") {
    Fixture log;
    const postfix::Temp temp{"MTA-STS: \"SERVFAIL\""};
    for (int i = 0; i < 5; ++i)
        CHECK(log.answered(temp, engine::Source::discovered)
              == "warning answer domain=example.com answer=temp source=discovered unsaid=0 "
                 "reason=\"MTA-STS: \\x22SERVFAIL\\x22\"\n");
    for (int i = 0; i < 1000; ++i)
        CHECK(log.answered(temp, engine::Source::deadline).empty());
    log.clock.advance(minutes(1));
    CHECK(log.answered(temp, engine::Source::deadline).find(" unsaid=1000 ") != std::string::npos);
}

}  // namespace tlspolicy::telemetry
