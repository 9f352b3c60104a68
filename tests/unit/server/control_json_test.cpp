#include "server/control_json.hpp"

#include "server/control_list.hpp"
#include "unit/engine/samples.hpp"

#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

namespace tlspolicy::server {
namespace {

using engine::samples::cached;
using engine::samples::failure;
using engine::samples::hours;
using engine::samples::minutes;
using engine::samples::now;
using engine::samples::with_failure;
using std::chrono::seconds;

const Present present{now, WallTime(seconds(1'800'000'000))};

std::string shown(const boost::json::value& value) {
    return boost::json::serialize(value);
}

std::string answers_of(const Settings& settings, const Knowledge& known) {
    return shown(answers(settings, "example.com", known, present));
}

Settings with_maps(std::map<std::string, postfix::MapOptions, std::less<>> maps) {
    Settings settings;
    settings.maps = std::move(maps);
    return settings;
}

}  // namespace

TEST_CASE("a time is told by the wall clock and by how far away it is, and never is null") {
    CHECK(shown(to_json(now, present)) == R"({"at":"2027-01-15T08:00:00Z","in":0})");
    CHECK(shown(to_json(now + hours(1), present)) == R"({"at":"2027-01-15T09:00:00Z","in":3600})");
    CHECK(shown(to_json(now - minutes(2), present)) == R"({"at":"2027-01-15T07:58:00Z","in":-120})");
    CHECK(shown(to_json(Time::max(), present)) == "null");
}

TEST_CASE("each state of MTA-STS is told with what belongs to it") {
    CHECK(shown(to_json(cache::Unknown{}, present)) == R"({"kind":"unknown"})");
    CHECK(shown(to_json(cache::NoRecord{now + seconds(30)}, present))
          == R"({"kind":"no-record","believed_until":{"at":"2027-01-15T08:00:30Z","in":30}})");
    const cache::Unavailable unavailable{failure(ErrorKind::fetch, "id1", minutes(5), 3), now + seconds(30)};
    CHECK(shown(to_json(unavailable, present))
          == R"({"kind":"unavailable","believed_until":{"at":"2027-01-15T08:00:30Z","in":30},)"
             R"("failure":{"class":"fetch","reason":"it broke","id":"id1","count":3,)"
             R"("retry":{"at":"2027-01-15T08:05:00Z","in":300}}})");
    auto policy = cached("testing");
    policy.checked = now;
    CHECK(
        shown(to_json(policy, present))
        == R"({"kind":"testing","expired":false,"id":"id1","mx":["mx.example.com"],"max_age":172800,)"
           R"("fetched":{"at":"2027-01-15T07:00:00Z","in":-3600},"checked":{"at":"2027-01-15T08:00:00Z","in":0},)"
           R"("recheck":{"at":"2027-01-15T08:01:00Z","in":60},"refresh":{"at":"2027-01-15T18:00:00Z","in":36000},)"
           R"("expires":{"at":"2027-01-16T08:00:00Z","in":86400},)"
           R"("lines":["version: STSv1","mode: testing","max_age: 172800","mx: mx.example.com"]})");
    policy.expires = now - seconds(1);
    CHECK(to_json(policy, present).at("expired").as_bool());
}

TEST_CASE("what a policy says is told in printable ASCII, whatever a terminal would make of it") {
    auto policy = cached();
    cache::PolicyPool pool;
    policy.policy = pool.intern(
                            "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx.example.com\n"
                            "note: \xc2\x9b"
                            "2J \xe2\x80\xae \\ caf\xc3\xa9\n")
                        .value();
    CHECK(to_json(policy, present).at("lines").at(4)
          == "note: \\xc2\\x9b2J \\xe2\\x80\\xae \\x5c caf\\xc3\\xa9");
}

TEST_CASE("the state of DANE is told host by host") {
    cache::DaneState state;
    state.standing = dane::Standing::some_usable;
    state.why = "TLSA _25._tcp.b.example: SERVFAIL";
    state.until = now + seconds(60);
    state.refresh = now;
    state.mx = dane::MxState::secure;
    state.hosts = {{"a.example", dane::HostState::usable}, {"b.example", dane::HostState::failed}};
    CHECK(
        shown(to_json("example.com", state, present))
        == R"({"key":"example.com","standing":"some-usable","expired":false,)"
           R"("failed":"TLSA _25._tcp.b.example: SERVFAIL","believed_until":{"at":"2027-01-15T08:01:00Z","in":60},)"
           R"("refresh":{"at":"2027-01-15T08:00:00Z","in":0},"mx":"secure",)"
           R"("hosts":[{"name":"a.example","state":"usable"},{"name":"b.example","state":"failed"}]})");
}

TEST_CASE("what each map would say now is told, or that somebody has to be asked first") {
    postfix::MapOptions monitoring;
    monitoring.monitor = true;
    postfix::MapOptions with_dane;
    with_dane.dane = true;
    const auto settings = with_maps({{"dane", with_dane}, {"m", monitoring}, {"postfix", {}}});
    CHECK(
        answers_of(settings, {})
        == R"([{"map":"dane","source":"lookup"},{"map":"m","source":"lookup"},{"map":"postfix","source":"lookup"}])");

    const cache::StsState policy = cached();
    Knowledge known;
    known.sts = &policy;
    const std::string ok = "OK " + engine::samples::plain_answer;
    CHECK(answers_of(settings, known)
          == R"([{"map":"dane","source":"lookup"},{"map":"m","source":"memory","withheld":")" + ok
                 + R"(","answer":"NOTFOUND"},{"map":"postfix","source":"memory","answer":")" + ok + R"("}])");

    cache::DaneState dane;
    dane.standing = dane::Standing::all_usable;
    dane.until = now + seconds(1);
    known.dane = &dane;
    const auto only_dane = with_maps({{"dane", with_dane}});
    CHECK(answers_of(only_dane, known) == R"([{"map":"dane","source":"memory","answer":"OK dane-only"}])");
    dane.until = now;
    CHECK(answers_of(only_dane, known) == R"([{"map":"dane","source":"lookup"}])");

    engine::Override word;
    known.word = &word;
    CHECK(answers_of(only_dane, known) == R"([{"map":"dane","source":"override","answer":"NOTFOUND"}])");
    word.answer = std::make_shared<const std::string>("may");
    CHECK(answers_of(only_dane, known) == R"([{"map":"dane","source":"override","answer":"OK may"}])");
}

TEST_CASE("an override is told with its end and its reason") {
    engine::Override word;
    CHECK(shown(to_json(word, present)) == R"({"answer":"notfound"})");
    word.answer = std::make_shared<const std::string>("may");
    word.until = present.wall + hours(2);
    word.reason = "their notice";
    CHECK(shown(to_json(word, present))
          == R"({"answer":"may","until":{"at":"2027-01-15T10:00:00Z","in":7200},"reason":"their notice"})");
}

namespace {

Domain numbered(int number) {
    return Domain::parse("d" + std::to_string(number) + ".example.com").value();
}

/// Sixty domains, half of them without a record, two of the others with a failure.
void fill(cache::PolicyCache& cache) {
    for (int i = 0; i < 60; ++i) {
        cache::StsState state = cached();
        if (i % 2 == 1) state = cache::NoRecord{now + hours(1)};
        if (i == 2 || i == 4) state = with_failure(cached(), failure(ErrorKind::webpki, "id1", minutes(5)));
        cache.put(cache::Entry::create(numbered(i), state, now));
    }
}

std::size_t count(const cache::PolicyCache& cache, ListWish wish) {
    std::size_t all = 0;
    for (;;) {
        const auto page = list(cache, wish, present);
        const std::size_t size = page.at("entries").as_array().size();
        CHECK(size <= wish.limit);
        all += size;
        if (!page.contains("next")) return all;
        const auto next = parse_walk(std::string_view(page.at("next").as_string()));
        REQUIRE(next.has_value());
        wish.from = *next;
    }
}

ListWish wish(std::string kind, std::string match, std::size_t limit) {
    ListWish made;
    made.kind = std::move(kind);
    made.match = std::move(match);
    made.limit = limit;
    return made;
}

}  // namespace

TEST_CASE("a list goes through all entries page by page, each of them once, and filters them") {
    cache::PolicyCache cache(1000, 7);
    fill(cache);
    for (const std::size_t limit : {std::size_t{1}, std::size_t{7}, std::size_t{1000}}) {
        CAPTURE(limit);
        CHECK(count(cache, wish("", "", limit)) == 60);
        CHECK(count(cache, wish("enforce", "", limit)) == 30);
        CHECK(count(cache, wish("no-record", "", limit)) == 30);
        CHECK(count(cache, wish("failing", "", limit)) == 2);
        CHECK(count(cache, wish("", "d1", limit)) == 11);
        CHECK(count(cache, wish("testing", "", limit)) == 0);
    }
    CHECK(is_kind("failing"));
    CHECK_FALSE(is_kind("unknown"));
}

TEST_CASE("where a list goes on is text that comes back, and nothing else is") {
    const auto walk = parse_walk("17:example.com");
    REQUIRE(walk.has_value());
    CHECK(walk->shard == 17);
    CHECK(walk->domain == "example.com");
    CHECK(to_text(*walk) == "17:example.com");
    CHECK(parse_walk("63:").has_value());
    for (const char* bad : {"", "64:", "a", "5", ":x", "-1:x", "99999999999999999999:x"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_walk(bad).has_value());
    }
}

}  // namespace tlspolicy::server
