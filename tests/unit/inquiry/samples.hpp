#pragma once

#include "inquiry/explanation.hpp"
#include "postfix/map_options.hpp"
#include "unit/engine/samples.hpp"

#include <string>
#include <utility>
#include <vector>

/// Explanations made by hand, for what shows them.
namespace tlspolicy::inquiry::samples {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
constexpr Time begun{std::chrono::hours(1000)};

template <class Said>
Step<Said> step(std::string name, milliseconds at, milliseconds took, Said said) {
    return {std::move(name), begun + at, begun + at + took, std::move(said)};
}

template <class Records>
engine::DnsAnswer<Records> found(Records records) {
    return std::variant<Records, engine::Absent>(std::move(records));
}
template <class Records>
engine::DnsAnswer<Records> absent(engine::Absent::Why why, bool secure = true) {
    engine::Absent none;
    none.why = why;
    none.secure = secure;
    return std::variant<Records, engine::Absent>(none);
}

inline engine::AddressRecords addresses(std::string_view address, std::string owner, bool secure = true) {
    engine::AddressRecords records;
    records.addresses.push_back(IpAddress::parse(address).value());
    records.owner = std::move(owner);
    records.ttl = minutes(5);
    records.secure = secure;
    return records;
}

inline engine::TlsaRecords tlsa(std::uint8_t usage) {
    engine::TlsaRecords records;
    records.records.push_back({usage, 1, 1, std::vector<std::uint8_t>(32, 0xab)});
    records.ttl = minutes(5);
    records.secure = true;
    return records;
}

/// A domain that enforces a policy and whose one host does DANE; the second is not in the policy.
inline Explanation example() {
    Explanation explanation;
    explanation.key = "example.com";
    explanation.parsed = postfix::LookupKey::parse(explanation.key);
    explanation.validates = true;
    explanation.begun = begun;
    explanation.decided = begun + milliseconds(40);

    auto& journal = explanation.journal;
    engine::TxtRecords texts;
    texts.texts = {"v=STSv1; id=id1;", "google-site-verification=\"x\""};
    texts.ttl = minutes(5);
    journal.texts.push_back(step("_mta-sts.example.com", milliseconds(0), milliseconds(3), found(texts)));
    engine::HostAddresses host;
    host.addresses = {IpAddress::parse("192.0.2.80").value()};
    journal.policy_hosts.push_back(
        step("mta-sts.example.com", milliseconds(3), milliseconds(2), found(host)));
    journal.fetches.push_back(
        step<Result<std::string>>("example.com", milliseconds(3), milliseconds(20),
                                  std::string("version: STSv1\r\nmode: enforce\r\nmode: none\r\nmx: "
                                              "mx.example.com\r\nnote: x\r\nmax_age: 86400\r\n")));

    engine::MxRecords mx;
    mx.exchanges = {{20, "other.example.net"}, {10, "mx.example.com"}};
    mx.ttl = minutes(60);
    mx.secure = true;
    journal.exchanges.push_back(step("example.com", milliseconds(0), milliseconds(4), found(mx)));
    engine::HostRecords good{absent<engine::AddressRecords>(engine::Absent::Why::nodata),
                             found(addresses("192.0.2.25", "mx.example.com"))};
    journal.hosts.push_back(step("mx.example.com", milliseconds(4), milliseconds(1), good));
    engine::HostRecords other{Error(ErrorKind::dns, "AAAA other.example.net: SERVFAIL from 127.0.0.1"),
                              found(addresses("192.0.2.26", "real.example.net", false))};
    journal.hosts.push_back(step("other.example.net", milliseconds(4), milliseconds(2), other));
    journal.tlsa.push_back(step("_25._tcp.mx.example.com", milliseconds(5), milliseconds(1), found(tlsa(3))));

    explanation.sts = engine::samples::cached("enforce");
    cache::DaneState dane;
    dane.standing = dane::Standing::some_usable;
    dane.hosts = {{"mx.example.com", dane::HostState::usable, {}},
                  {"other.example.net", dane::HostState::no_dane, {}}};
    explanation.dane = dane;

    MapAnswer answer;
    answer.map = "postfix";
    answer.rule = engine::Rule::policy_enforced;
    answer.answer = engine::decide(explanation.sts, answer.options, explanation.decided);
    answer.judgement = answer.answer;
    explanation.answers.push_back(answer);
    answer.map = "QUERY";
    answer.options.dane = true;
    answer.rule = engine::Rule::some_hosts_usable_enforced;
    answer.answer = answer.judgement = postfix::Dane{true};
    explanation.answers.push_back(answer);
    return explanation;
}

}  // namespace tlspolicy::inquiry::samples
