#include "telemetry/counters.hpp"

#include "telemetry/exposition.hpp"
#include "telemetry/observers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

namespace tlspolicy::telemetry {
namespace {

const Domain domain = Domain::parse("example.com").value();

bool has(const Counters& counters, const std::string& counter) {
    return (" " + counters.text() + " ").find(" " + counter + " ") != std::string::npos;
}

std::string exposed(const Counters& counters) {
    Exposition exposition;
    counters.show(exposition);
    return exposition.text();
}

bool shows(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("every counter is shown, in a fixed order, from zero") {
    std::string all;
    for (const char* answer : {"found", "not_found", "temp", "perm", "dane", "overridden"})
        for (const char* source : {"cached", "stored", "shared", "discovered", "deadline", "override"})
            all += std::string("answers_") + answer + "_" + source + "=0 ";
    CHECK(Counters{}.text()
          == all
                 + "monitored_found=0 monitored_not_found=0 monitored_temp=0 monitored_perm=0 monitored_dane=0 "
                   "monitored_overridden=0 policy_learned=0 policy_replaced=0 policy_refreshed=0 "
                   "policy_expired=0 discovery_failed=0 discovery_recovered=0 no_policy=0 cache_full=0 "
                   "overloaded=0 discovery_broken=0 policy_recalled=0 recall_rejected=0 dane_learned=0 "
                   "dane_weakened=0 dane_failed=0");
}

TEST_CASE("each event and each answer raises its own counter by one") {
    Counters counters;
    const std::string why = "NXDOMAIN";
    const cache::Failure failure;
    const cache::Cached policy;
    counters.on_event(engine::PolicyLearned{domain, policy, Duration(1)});
    counters.on_event(engine::DiscoveryFailed{domain, failure, nullptr, nullptr, Duration(1)});
    counters.on_event(engine::DiscoveryFailed{domain, failure, nullptr, nullptr, Duration(1)});
    counters.on_event(engine::NoPolicy{domain, why, Duration(1)});
    counters.on_event(engine::CacheFull{domain, 5});
    counters.on_event(engine::Overloaded{domain});
    counters.on_event(engine::DiscoveryBroken{"bad_alloc"});
    counters.on_event(engine::PolicyRecalled{domain, policy, engine::Source::shared, Duration(1)});
    counters.on_answer(domain.text(), postfix::NotFound{}, engine::Source::shared);
    counters.on_answer(domain.text(), postfix::NotFound{}, engine::Source::cached);
    counters.on_answer(domain.text(), postfix::NotFound{}, engine::Source::cached);
    counters.on_answer(domain.text(), postfix::Temp{}, engine::Source::deadline);
    counters.on_answer(domain.text(), postfix::Found{}, engine::Source::discovered);
    counters.on_withheld(domain.text(), postfix::Temp{}, engine::Source::discovered);
    for (const char* expected :
         {"policy_learned=1", "policy_replaced=0", "discovery_failed=2", "no_policy=1", "cache_full=1",
          "overloaded=1", "discovery_broken=1", "policy_recalled=1", "recall_rejected=0",
          "answers_not_found_shared=1", "answers_not_found_cached=2", "answers_temp_deadline=1",
          "answers_found_discovered=1", "monitored_temp=1", "answers_found_cached=0"}) {
        CAPTURE(expected);
        CHECK(has(counters, expected));
    }
}

TEST_CASE("deferred mail is counted by what was wanting") {
    Counters counters;
    counters.on_answer(domain.text(), postfix::Temp{"DANE: SERVFAIL", postfix::Wanting::dane},
                       engine::Source::discovered);
    counters.on_answer(domain.text(), postfix::Temp{"no room", postfix::Wanting::room},
                       engine::Source::deadline);
    counters.on_answer(domain.text(), postfix::Temp{"no room", postfix::Wanting::room},
                       engine::Source::deadline);
    counters.on_withheld(domain.text(), postfix::Temp{}, engine::Source::discovered);
    const std::string text = exposed(counters);
    CHECK(shows(text, "tlspolicyd_deferrals_total{wanting=\"mta_sts\"} 0"));
    CHECK(shows(text, "tlspolicyd_deferrals_total{wanting=\"dane\"} 1"));
    CHECK(shows(text, "tlspolicyd_deferrals_total{wanting=\"room\"} 2"));
    CHECK(shows(text, "tlspolicyd_deferrals_total{wanting=\"running_daemon\"} 0"));
}

TEST_CASE("refreshes are counted by their result; first contacts and failed looks at the record are none") {
    Counters counters;
    const cache::Failure failure{Error(ErrorKind::fetch, "HTTP status 503")};
    const cache::Failure of_record{Error(ErrorKind::dns, "SERVFAIL")};
    const cache::Cached policy;
    counters.on_event(engine::PolicyLearned{domain, policy, Duration(1)});
    counters.on_event(engine::DiscoveryFailed{domain, failure, nullptr, nullptr, Duration(1)});
    counters.on_event(engine::PolicyRefreshed{domain, policy, Duration(1)});
    counters.on_event(engine::PolicyReplaced{domain, policy, policy, Duration(1)});
    counters.on_event(engine::PolicyReplaced{domain, policy, policy, Duration(1)});
    for (int i = 0; i < 3; ++i)
        counters.on_event(engine::DiscoveryFailed{domain, failure, nullptr, &policy, Duration(1)});
    counters.on_event(engine::DiscoveryFailed{domain, of_record, nullptr, &policy, Duration(1)});
    const std::string text = exposed(counters);
    CHECK(shows(text, "tlspolicyd_refreshes_total{result=\"renewed\"} 1"));
    CHECK(shows(text, "tlspolicyd_refreshes_total{result=\"replaced\"} 2"));
    CHECK(shows(text, "tlspolicyd_refreshes_total{result=\"failed\"} 3"));
}

TEST_CASE("discoveries are counted by their result") {
    Counters counters;
    counters.on_discovery(engine::Discovered::policy);
    counters.on_discovery(engine::Discovered::unchanged);
    counters.on_discovery(engine::Discovered::unchanged);
    counters.on_discovery(engine::Discovered::failed);
    const std::string text = exposed(counters);
    CHECK(shows(text, "tlspolicyd_discoveries_total{result=\"policy\"} 1"));
    CHECK(shows(text, "tlspolicyd_discoveries_total{result=\"unchanged\"} 2"));
    CHECK(shows(text, "tlspolicyd_discoveries_total{result=\"no_policy\"} 0"));
    CHECK(shows(text, "tlspolicyd_discoveries_total{result=\"failed\"} 1"));
}

TEST_CASE("many threads count without losing one") {
    Counters counters;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&counters] {
            for (int j = 0; j < 1000; ++j)
                counters.on_answer(domain.text(), postfix::NotFound{}, engine::Source::cached);
        });
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(has(counters, "answers_not_found_cached=4000"));
}

TEST_CASE("several observers hear everything") {
    Counters first;
    Counters second;
    Observers both({&first, &second});
    both.on_event(engine::Overloaded{domain});
    both.on_discovery(engine::Discovered::failed);
    both.on_answer(domain.text(), postfix::NotFound{}, engine::Source::deadline);
    for (const Counters* counters : {&first, &second}) {
        CHECK(has(*counters, "overloaded=1"));
        CHECK(shows(exposed(*counters), "tlspolicyd_discoveries_total{result=\"failed\"} 1"));
        CHECK(has(*counters, "answers_not_found_deadline=1"));
    }
}

}  // namespace tlspolicy::telemetry
