#pragma once

#include "async/event.hpp"
#include "engine/policy_engine.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/recording_observer.hpp"
#include "fakes/scripted_dane_dns.hpp"
#include "fakes/scripted_dns.hpp"
#include "fakes/scripted_fetcher.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

inline const dane::Tlsa good{3, 1, 1, std::vector<std::uint8_t>(32)};

/// example.com with two hosts that do DANE, and an enforced policy.
class DaneWorld {
public:
    DaneWorld() {
        dns.set_txt("_mta-sts.example.com", {"v=STSv1; id=1;"});
        fetcher.set("example.com", "version: STSv1\nmode: enforce\nmx: *.example.com\nmax_age: 86400\n");
        dane.exchanges.insert_or_assign(
            "example.com",
            engine::MxRecords{{{10, "mx1.example.com"}, {20, "mx2.example.com"}}, minutes(10), true});
        for (const std::string name : {"mx1.example.com", "mx2.example.com"}) {
            add_host(name);
            add_tlsa("_25._tcp." + name);
        }
    }

    void add_host(const std::string& name, bool secure = true, const std::string& owner = {}) {
        dane.v4.insert_or_assign(
            name, engine::AddressRecords{
                      {IpAddress::v4({192, 0, 2, 1})}, owner.empty() ? name : owner, minutes(10), secure});
        dane.v6.insert_or_assign(name, engine::Absent{engine::Absent::Why::nodata, minutes(10), secure});
    }
    void add_tlsa(const std::string& name, bool secure = true) {
        dane.tlsa_records.insert_or_assign(name, engine::TlsaRecords{{good}, minutes(10), secure});
    }
    void break_tlsa(const std::string& name) {
        dane.tlsa_records.insert_or_assign(name, Error(ErrorKind::dns, "TLSA " + name + ": SERVFAIL"));
    }
    void break_mx() {
        dane.exchanges.insert_or_assign("example.com", Error(ErrorKind::dns, "MX example.com: SERVFAIL"));
    }

    std::string ask(std::string_view key = "example.com") {
        std::optional<postfix::Answer> answer;
        const auto target = engine::DaneTarget::of(*postfix::LookupKey::parse(key));
        answer = engine->cached(target, options);
        from_memory = answer.has_value();
        if (!answer) engine->ask(target, options, [&](const postfix::Answer& given) { answer = given; });
        run();
        REQUIRE(answer);
        return shown(*answer);
    }
    /// Where a question is never answered.
    std::string ask_until_deadline(std::string_view key = "example.com") {
        std::optional<postfix::Answer> answer;
        const auto target = engine::DaneTarget::of(*postfix::LookupKey::parse(key));
        engine->ask(target, options, [&](const postfix::Answer& given) { answer = given; });
        poll();
        clock.advance(settings.answer_deadline);
        engine->tick();
        poll();
        REQUIRE(answer);
        return shown(*answer);
    }
    void poll() {
        loop.restart();
        loop.poll();
    }
    void run() {
        loop.restart();
        loop.run();
    }
    void pass(Duration time) {
        clock.advance(time);
        engine->tick();
        run();
    }
    static std::string shown(const postfix::Answer& answer) {
        if (std::holds_alternative<postfix::Found>(answer)) return "secure";
        if (const auto* level = std::get_if<postfix::Dane>(&answer))
            return level->only ? "dane-only" : "dane";
        if (const auto* temp = std::get_if<postfix::Temp>(&answer)) return "TEMP " + temp->reason;
        return "NOTFOUND";
    }

    boost::asio::io_context loop;
    fakes::ManualClock clock;
    fakes::RecordingObserver observer;
    cache::PolicyCache cache{1000, 1};
    fakes::ScriptedDns dns;
    fakes::ScriptedFetcher fetcher;
    fakes::ScriptedDaneDns dane;
    postfix::MapOptions options{.dane = true};
    engine::Settings settings;
    std::optional<engine::PolicyEngine> engine{std::in_place,
                                               loop.get_executor(),
                                               cache,
                                               dns,
                                               fetcher,
                                               clock,
                                               observer,
                                               settings,
                                               1U,
                                               engine::Stores{},
                                               &dane};
    bool from_memory = false;
};

}  // namespace tlspolicy
