#include "engine/policy_engine.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/recording_observer.hpp"
#include "fakes/scripted_dane_dns.hpp"
#include "fakes/scripted_dns.hpp"
#include "fakes/scripted_fetcher.hpp"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

// Everything that DNS can say of a domain's mail hosts, times everything that MTA-STS can say, judged by a
// reference that was written from the table of CONFORMANCE, 5 and shares nothing with the daemon but words.

namespace tlspolicy {
namespace {

enum class Family : std::uint8_t { secure, insecure, nodata, nxdomain, servfail, timeout };
enum class TlsaSet : std::uint8_t { usable, unusable, mixed, insecure, nodata, servfail, bogus };
enum class MxSet : std::uint8_t { secure, insecure, nodata, null_mx, nxdomain, servfail, alias };
enum class Sts : std::uint8_t { enforce, testing, none, absent };

struct Host {
    Family v4;
    Family v6;
    TlsaSet tlsa;
};

struct Case {
    MxSet mx;
    std::vector<Host> hosts;
    Sts sts;
};

// The reference.

char letter_of(const Host& host) {
    const bool answered_v4 = host.v4 == Family::secure || host.v4 == Family::insecure;
    const bool answered_v6 = host.v6 == Family::secure || host.v6 == Family::insecure;
    if (host.v4 != Family::secure && host.v6 != Family::secure) {
        if (answered_v4 || answered_v6) return 'N';
        if (host.v4 == Family::nxdomain || host.v6 == Family::nxdomain) return '-';
        if (host.v4 == Family::nodata && host.v6 == Family::nodata) return '-';
        return 'F';
    }
    switch (host.tlsa) {
        case TlsaSet::usable:
        case TlsaSet::mixed:
            return 'U';
        case TlsaSet::unusable:
            return 'X';
        case TlsaSet::insecure:
        case TlsaSet::nodata:
            return 'N';
        case TlsaSet::servfail:
        case TlsaSet::bogus:
            break;
    }
    return 'F';
}

std::string expected(const Case& what) {
    const std::string secure = "secure match=mx.example.com servername=hostname";
    const bool enforce = what.sts == Sts::enforce;
    const std::string without_dane = enforce ? secure : "NOTFOUND";
    if (what.mx == MxSet::servfail) return enforce ? "TEMP" : "NOTFOUND";
    if (what.mx == MxSet::null_mx || what.mx == MxSet::nxdomain) return without_dane;
    std::string letters;
    for (const Host& host : what.hosts)
        letters += letter_of(host);
    const auto some = [&](char letter) { return letters.find(letter) != std::string::npos; };
    if (what.mx == MxSet::insecure) {
        if (some('U') || some('X')) return enforce ? secure : "dane";
        return without_dane;
    }
    if (some('U')) {
        const bool all = !some('X') && !some('N') && !some('F');
        return all || enforce ? "dane-only" : "dane";
    }
    if (some('F')) return enforce ? "TEMP" : "dane";
    if (some('X')) return enforce ? secure : "dane";
    return without_dane;
}

// The world.

constexpr Duration ttl = std::chrono::minutes(5);

engine::Absent absent(engine::Absent::Why why) {
    return {why, ttl, true};
}

engine::DnsAnswer<engine::AddressRecords> answer_of(Family family, const std::string& host) {
    switch (family) {
        case Family::secure:
        case Family::insecure:
            return engine::AddressRecords{
                {IpAddress::v4({192, 0, 2, 1})}, host, ttl, family == Family::secure};
        case Family::nodata:
            return absent(engine::Absent::Why::nodata);
        case Family::nxdomain:
            return absent(engine::Absent::Why::nxdomain);
        case Family::servfail:
            return Error(ErrorKind::dns, host + ": SERVFAIL");
        case Family::timeout:
            break;
    }
    return Error(ErrorKind::dns, host + ": time-out");
}

engine::DnsAnswer<engine::TlsaRecords> answer_of(TlsaSet set) {
    const dane::Tlsa good{3, 1, 1, std::vector<std::uint8_t>(32)};
    const dane::Tlsa bad{1, 1, 1, std::vector<std::uint8_t>(32)};
    switch (set) {
        case TlsaSet::usable:
            return engine::TlsaRecords{{good}, ttl, true};
        case TlsaSet::unusable:
            return engine::TlsaRecords{{bad}, ttl, true};
        case TlsaSet::mixed:
            return engine::TlsaRecords{{bad, good}, ttl, true};
        case TlsaSet::insecure:
            return engine::TlsaRecords{{good}, ttl, false};
        case TlsaSet::nodata:
            return absent(engine::Absent::Why::nodata);
        case TlsaSet::servfail:
            return Error(ErrorKind::dns, "TLSA: SERVFAIL");
        case TlsaSet::bogus:
            break;
    }
    return Error(ErrorKind::dns, "TLSA: SERVFAIL (DNSSEC Bogus)");
}

engine::DnsAnswer<engine::MxRecords> answer_of(MxSet set, std::size_t hosts) {
    engine::MxRecords records{{}, ttl, set != MxSet::insecure};
    for (std::size_t i = 0; i < hosts; ++i)
        records.exchanges.push_back({10, "mx" + std::to_string(i) + ".example.com"});
    switch (set) {
        case MxSet::secure:
        case MxSet::insecure:
        case MxSet::alias:  // the domain is a CNAME; the DNS client has followed it
            return records;
        case MxSet::nodata:
            return absent(engine::Absent::Why::nodata);
        case MxSet::null_mx:
            return engine::MxRecords{{{0, ""}}, ttl, true};
        case MxSet::nxdomain:
            return absent(engine::Absent::Why::nxdomain);
        case MxSet::servfail:
            break;
    }
    return Error(ErrorKind::dns, "MX: SERVFAIL");
}

std::string shown(const postfix::Answer& answer) {
    if (const auto* found = std::get_if<postfix::Found>(&answer)) return std::string(found->text->plain());
    if (const auto* dane = std::get_if<postfix::Dane>(&answer)) return dane->only ? "dane-only" : "dane";
    if (std::holds_alternative<postfix::Temp>(answer)) return "TEMP";
    return std::holds_alternative<postfix::NotFound>(answer) ? "NOTFOUND" : "PERM";
}

void set_up(const Case& what, fakes::ScriptedDaneDns& dane) {
    dane.exchanges.emplace("example.com", answer_of(what.mx, what.hosts.size()));
    for (std::size_t i = 0; i < what.hosts.size(); ++i) {
        const Host& host = what.hosts[i];
        const std::string name =
            what.mx == MxSet::nodata ? "example.com" : "mx" + std::to_string(i) + ".example.com";
        dane.v4.emplace(name, answer_of(host.v4, name));
        dane.v6.emplace(name, answer_of(host.v6, name));
        dane.tlsa_records.emplace("_25._tcp." + name, answer_of(host.tlsa));
    }
}

std::string answer_to(const Case& what) {
    boost::asio::io_context loop;
    fakes::ManualClock clock;
    fakes::RecordingObserver observer;
    cache::PolicyCache cache(1000, 1);
    fakes::ScriptedDns dns;
    fakes::ScriptedFetcher fetcher;
    fakes::ScriptedDaneDns dane;
    if (what.sts != Sts::absent) {
        dns.set_txt("_mta-sts.example.com", {"v=STSv1; id=1;"});
        const std::string mode = what.sts == Sts::enforce   ? "enforce\nmx: mx.example.com"
                                 : what.sts == Sts::testing ? "testing\nmx: mx.example.com"
                                                            : "none";
        fetcher.set("example.com", "version: STSv1\nmode: " + mode + "\nmax_age: 86400\n");
    }
    set_up(what, dane);
    engine::PolicyEngine engine(loop.get_executor(), cache, dns, fetcher, clock, observer, {}, 1, {}, &dane);
    std::optional<postfix::Answer> answer;
    postfix::MapOptions options;
    options.dane = true;
    engine.ask(*Domain::parse("example.com"), options, [&](const postfix::Answer& given) { answer = given; });
    loop.run();
    CHECK(engine.idle());
    if (!answer) return "none";
    // What was waited for and what memory says are the same.
    const auto again = engine.cached("example.com", options);
    REQUIRE(again);
    CHECK(shown(*again) == shown(*answer));
    return shown(*answer);
}

constexpr std::array families{Family::secure,   Family::insecure, Family::nodata,
                              Family::nxdomain, Family::servfail, Family::timeout};
constexpr std::array tlsa_sets{TlsaSet::usable, TlsaSet::unusable, TlsaSet::mixed, TlsaSet::insecure,
                               TlsaSet::nodata, TlsaSet::servfail, TlsaSet::bogus};
constexpr std::array mx_sets{MxSet::secure,   MxSet::insecure, MxSet::nodata, MxSet::null_mx,
                             MxSet::nxdomain, MxSet::servfail, MxSet::alias};
constexpr std::array sts_states{Sts::enforce, Sts::testing, Sts::none, Sts::absent};

std::string describe(const Case& what) {
    std::string text = "mx=" + std::to_string(static_cast<int>(what.mx))
                       + " sts=" + std::to_string(static_cast<int>(what.sts));
    for (const Host& host : what.hosts)
        text += " host=" + std::to_string(static_cast<int>(host.v4))
                + std::to_string(static_cast<int>(host.v6)) + std::to_string(static_cast<int>(host.tlsa));
    return text;
}

void check(const Case& what) {
    const std::string answer = answer_to(what);
    const std::string right = expected(what);
    if (answer != right) CAPTURE(describe(what));
    REQUIRE(answer == right);
}

}  // namespace

// proves DANE-2, DANE-3, DANE-4, DANE-5
TEST_CASE("one host: all that its addresses, its TLSA records, its MX and MTA-STS can be") {
    std::size_t cases = 0;
    for (const Family v4 : families)
        for (const Family v6 : families)
            for (const TlsaSet tlsa : tlsa_sets)
                for (const MxSet mx : mx_sets)
                    for (const Sts sts : sts_states) {
                        check({mx, {{v4, v6, tlsa}}, sts});
                        ++cases;
                    }
    CHECK(cases == 7056);
}

TEST_CASE("two and three hosts: all that each can be, in any order") {
    const std::vector<Host> kinds = {
        {Family::secure, Family::nodata, TlsaSet::usable},
        {Family::secure, Family::servfail, TlsaSet::usable},
        {Family::secure, Family::secure, TlsaSet::unusable},
        {Family::secure, Family::nodata, TlsaSet::nodata},
        {Family::insecure, Family::timeout, TlsaSet::usable},
        {Family::secure, Family::nodata, TlsaSet::bogus},
        {Family::servfail, Family::nodata, TlsaSet::usable},
        {Family::nxdomain, Family::nxdomain, TlsaSet::usable},
    };
    for (const MxSet mx : {MxSet::secure, MxSet::insecure, MxSet::alias})
        for (const Sts sts : sts_states)
            for (const Host& one : kinds)
                for (const Host& two : kinds) {
                    check({mx, {one, two}, sts});
                    for (const Host& three : kinds)
                        check({mx, {one, two, three}, sts});
                }
}

TEST_CASE("the rows that users have met") {
    const Host usable{Family::secure, Family::secure, TlsaSet::usable};
    const Host plain{Family::secure, Family::nodata, TlsaSet::nodata};
    const Host gone{Family::nxdomain, Family::nxdomain, TlsaSet::nodata};
    const Host bogus{Family::secure, Family::nodata, TlsaSet::bogus};
    const Host unsigned_v6_fails{Family::insecure, Family::servfail, TlsaSet::nodata};
    const std::string secure = "secure match=mx.example.com servername=hostname";

    CHECK(answer_to({MxSet::secure, {usable}, Sts::enforce}) == "dane-only");
    CHECK(answer_to({MxSet::secure, {usable, plain}, Sts::enforce}) == "dane-only");
    CHECK(answer_to({MxSet::secure, {usable, plain}, Sts::absent}) == "dane");
    // An unsigned list of hosts: DANE cannot vouch for it, MTA-STS can.
    CHECK(answer_to({MxSet::insecure, {usable}, Sts::enforce}) == secure);
    CHECK(answer_to({MxSet::insecure, {usable}, Sts::absent}) == "dane");
    // AAAA fails, A is answered: mail goes.
    CHECK(answer_to({MxSet::insecure, {unsigned_v6_fails}, Sts::enforce}) == secure);
    CHECK(answer_to({MxSet::insecure, {unsigned_v6_fails}, Sts::absent}) == "NOTFOUND");
    // One of three hosts does not exist.
    CHECK(answer_to({MxSet::insecure, {plain, gone, plain}, Sts::enforce}) == secure);
    CHECK(answer_to({MxSet::secure, {usable, gone, usable}, Sts::absent}) == "dane-only");
    // A failing DANE is not overridden.
    CHECK(answer_to({MxSet::secure, {bogus}, Sts::enforce}) == "TEMP");
    CHECK(answer_to({MxSet::secure, {bogus}, Sts::absent}) == "dane");
    CHECK(answer_to({MxSet::servfail, {usable}, Sts::enforce}) == "TEMP");
    CHECK(answer_to({MxSet::servfail, {usable}, Sts::absent}) == "NOTFOUND");
    CHECK(answer_to({MxSet::null_mx, {usable}, Sts::absent}) == "NOTFOUND");
    CHECK(answer_to({MxSet::nodata, {usable}, Sts::enforce}) == "dane-only");
}

}  // namespace tlspolicy
