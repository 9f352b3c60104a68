#include "cli/explain_text.hpp"
#include "cli/outline.hpp"
#include "unit/inquiry/samples.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace tlspolicy::cli {
namespace {

using inquiry::samples::example;

const DaemonView absent_daemon{"It does not run.", {}};

std::string shown(const inquiry::Explanation& explanation, const DaemonView& daemon = absent_daemon,
                  Detail detail = Detail::usual) {
    return to_text(explanation, daemon, detail, Palette(false), std::numeric_limits<std::size_t>::max());
}

constexpr const char* whole_text = R"(example.com
  Lookup key: the mail hosts of example.com, port 25
  Resolver: validates DNSSEC, and is believed
  Override: none

MTA-STS
  TXT _mta-sts.example.com (3 ms), TTL 5 min
    "v=STSv1; id=id1;"
      a policy record, id id1
    "google-site-verification=\x22x\x22"
      no policy record: it does not begin with v=STSv1;
  AAAA and A mta-sts.example.com (2 ms): 192.0.2.80
  GET https://mta-sts.example.com/.well-known/mta-sts.txt (20 ms)
      1  version: STSv1
      2  mode: enforce
      3  mode: none
        ignored: of a repeated field the first counts (RFC 8461, 3.2)
      4  mx: mx.example.com
      5  note: x
        ignored: a field that RFC 8461 does not define
      6  max_age: 86400
  Policy id1: mode enforce, good for 2 d

Mail hosts and DANE
  MX example.com (4 ms): secure by DNSSEC, TTL 1 h
    10 mx.example.com: does DANE
      matches "mx: mx.example.com" of the policy (RFC 8461, 4.1)
      AAAA: there is no such record, secure by DNSSEC
      A: 192.0.2.25, secure by DNSSEC, TTL 5 min
      TLSA _25._tcp.mx.example.com (1 ms): secure by DNSSEC, TTL 5 min
        usable: 3 1 1
          abababababababababababababababababababababababababababababababab
    20 other.example.net: does no DANE
      matches no "mx" line of the policy: no mail goes there where it is
        enforced
      AAAA: AAAA other.example.net: SERVFAIL from 127.0.0.1
      A: 192.0.2.26, not secure, TTL 5 min
  DANE: some-usable (some mail hosts do DANE)

The running daemon
  It does not run.

Answers
  postfix: OK secure match=mx.example.com servername=hostname
    Postfix delivers over TLS alone, to a certificate that chains to a trusted
      root and has one of the names of match=; where no mail host shows one, the
      mail waits in its queue.
    Rule policy-enforced: an MTA-STS policy is in force (RFC 8461, 5), and
      DANE has no say
  QUERY: OK dane-only
    Postfix delivers only to mail hosts with usable TLSA records, over TLS
      with a certificate that matches them; where there is no such host, the
      mail waits in its queue.
    Rule some-hosts-usable-enforced: some mail hosts do DANE, and an MTA-STS
      policy is in force: the others are left out
)";

}  // namespace

TEST_CASE("an explanation is a tree of at most 80 columns") {
    CHECK(shown(example()) == whole_text);
}

TEST_CASE("a key that names no domain is explained by its reason alone") {
    inquiry::Explanation explanation;
    explanation.key = "[192.0.2.1]";
    explanation.no_domain = "it is an address literal";
    explanation.answers.push_back({"postfix", {}, postfix::NotFound{}, postfix::NotFound{}});
    CHECK(shown(explanation) == R"([192.0.2.1]
  Names no domain: it is an address literal
  Nothing is looked up for it.

Answers
  postfix: NOTFOUND
    Postfix goes on with its own smtp_tls_security_level, as for any domain
      without a policy.
)");
}

TEST_CASE("an override and monitor mode stand before the rule") {
    auto explanation = example();
    explanation.override = inquiry::OverrideInForce{".com", "may"};
    explanation.override->reason = "a \"test\"";
    explanation.answers.front().answer = postfix::Overridden{std::make_shared<const std::string>("may")};
    const auto text = shown(explanation);
    CHECK(text.find("  Override: .com of the configuration says \"may\"\n    reason: a \\x22test\\x22\n")
          != text.npos);
    CHECK(text.find("  postfix: OK may\n") != text.npos);
    CHECK(text.find("    By this rule alone: OK secure match=mx.example.com servername=hostname\n")
          != text.npos);
}

TEST_CASE("what the daemon knows stands beside what was found just now") {
    DaemonView daemon;
    daemon.entry = boost::json::parse(R"({
        "schema": 1,
        "domain": "example.com",
        "sts": {"kind": "enforce", "id": "7", "lines": ["mode: enforce"], "mx": ["a.example", "b.example"],
                "expires": {"at": "2026-11-25T00:00:00Z", "in": 5}, "fetched": {"at": "2026-11-24T00:00:00Z", "in": 0},
                "failure": {"class": "fetch", "reason": "404", "count": 2}},
        "dane": [{"key": "example.com", "standing": "none", "expired": false,
                  "hosts": [{"name": "a.example", "state": "unsigned"}]}],
        "answers": [{"map": "postfix", "answer": "OK secure match=a.example:b.example"}, {"map": "QUERY"}]
    })")
                       .as_object();
    const auto text = shown(example(), daemon);
    const auto begin = text.find("The running daemon\n");
    REQUIRE(begin != text.npos);
    const auto part = text.substr(begin, text.find("\n\n", begin) - begin);
    for (const char* line :
         {"\n  MTA-STS: enforce, id 7\n", "\n  Mail servers: a.example b.example\n",
          "\n  Fetched: 2026-11-24T00:00:00Z (now)\n", "\n  Expires: 2026-11-25T00:00:00Z (in 5s)\n",
          "\n  DANE: example.com: none, ", "\n    a.example  unsigned\n",
          "\n  Answers in map postfix: OK secure match=a.example:b.example\n",
          "\n  Answers in map QUERY: (is looked up when Postfix asks)"}) {
        CAPTURE(line);
        CAPTURE(part);
        CHECK(part.find(line) != part.npos);
    }
    CHECK(part.find("fetch: 404 (2 in a row") != part.npos);
}

TEST_CASE("of thousands of wrong lines ten are shown") {
    auto explanation = example();
    std::string body;
    for (int i = 0; i < 30000; ++i)
        body += "x\n";
    REQUIRE(explanation.journal.fetches.size() == 1);
    explanation.journal.fetches.front().said = body;
    const auto text = shown(explanation);
    CHECK(text.find("    10  x\n") != std::string::npos);
    CHECK(text.find("    11  x\n") == std::string::npos);
    CHECK(text.find("    ... and 29990 wrong lines more\n") != std::string::npos);
}

TEST_CASE("every DNS query is shown on demand") {
    auto explanation = example();
    dns::Reply reply;
    reply.authenticated = true;
    dns::Record record;
    record.owner = "example.com";
    record.type = dns::RecordType::mx;
    record.ttl = 60;
    record.data = dns::Record::Exchange{10, "mx.example.com"};
    reply.answers.push_back(record);
    explanation.journal.wire.push_back(
        {{"example.com", dns::RecordType::mx}, "127.0.0.1", dns::Transport::udp, Duration(4), reply});
    explanation.journal.wire.push_back({{"_mta-sts.example.com", dns::RecordType::txt},
                                        "192.0.2.53",
                                        dns::Transport::tcp,
                                        std::nullopt,
                                        Error(ErrorKind::dns, "no answer")});
    CHECK(shown(explanation).find("query by query") == std::string::npos);
    const auto text = shown(explanation, absent_daemon, Detail::wire);
    CHECK(text.find(R"(DNS, query by query
  MX example.com at 127.0.0.1 by udp (4 ms): NOERROR, AD
    example.com 60 MX 10 mx.example.com
  TXT _mta-sts.example.com at 192.0.2.53 by tcp (late): no answer
)") != text.npos);
    const auto object = to_json(explanation, absent_daemon, Detail::wire);
    CHECK(boost::json::serialize(object.at("trace").at(0))
          == R"({"name":"example.com","type":"MX","server":"127.0.0.1","transport":"udp","took_ms":4,)"
             R"("rcode":"NOERROR","ad":true,"truncated":false,)"
             R"("records":[{"name":"example.com","ttl_s":60,"data":"MX 10 mx.example.com"}]})");
}

TEST_CASE("the JSON of an explanation has the parts that the manual names") {
    const auto object = to_json(example(), absent_daemon, Detail::usual);
    CHECK(object.at("schema") == 1);
    CHECK(object.at("mta_sts").at("mode") == "enforce");
    CHECK(object.at("record").at(0).at("texts").at(0).at("id") == "id1");
    CHECK(object.at("fetch").at(0).at("lines").at(2).at("verdict") == "repeated");
    CHECK(object.at("dane").at("hosts").at(1).at("matches").is_null());
    CHECK(object.at("dane").at("hosts").at(0).at("tlsa").at(0).at("records").at(0).at("usable") == true);
    CHECK(object.at("daemon").at("note") == "It does not run.");
    CHECK(
        boost::json::serialize(object.at("answers").at(1)).find(R"({"map":"QUERY","answer":"OK dane-only",)")
        == 0);
    CHECK(object.at("answers").at(0).at("rule") == "policy-enforced");
    CHECK(!object.contains("trace"));
}

TEST_CASE("a span of time is told in the largest unit that has no rest") {
    const auto told = [](Duration span) { return to_text(span); };
    using namespace std::chrono_literals;
    CHECK(told(0s) == "0 s");
    CHECK(told(1ms) == "1 ms");
    CHECK(told(90s) == "90 s");
    CHECK(told(300s) == "5 min");
    CHECK(told(30h) == "30 h");
    CHECK(told(48h) == "2 d");
}

}  // namespace tlspolicy::cli
