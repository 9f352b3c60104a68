#include "cli/judge_hosts.hpp"

#include "survey_samples.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;
using inquiry::SurveyedHost;
using smtp::Step;

std::string host_faults(const SurveyedHost& host, Severity grave = Severity::problem) {
    return faults_in(judge_host(host, today, grave));
}

SurveyedHost host_that(Step step, std::string_view why = "") {
    SurveyedHost host{"mx.example.com"};
    host.addresses = {good_address()};
    host.addresses.front().probed = {};
    host.addresses.front().probed.step = step;
    if (!why.empty()) host.addresses.front().probed.failure = Error(ErrorKind::fetch, std::string(why));
    return host;
}

TEST_CASE("a mail host is to offer STARTTLS and do it") {  // RFC 8461, 4.2
    const std::string at = ": mx.example.com [192.0.2.25]: ";
    CHECK(host_faults(host_that(Step::no_starttls)) == "problem" + at + "STARTTLS is not offered\n");
    CHECK(host_faults(host_that(Step::no_starttls), Severity::warning)
          == "warning" + at + "STARTTLS is not offered\n");
    CHECK(host_faults(host_that(Step::starttls, "454"))
          == "problem" + at + "STARTTLS is offered, but does not work: 454\n");
    CHECK(host_faults(host_that(Step::handshake, "closed")) == "problem" + at + "no TLS: closed\n");
    CHECK(host_faults(host_that(Step::refused, "refused")) == "problem" + at + "no connection: refused\n");
    CHECK(host_faults(host_that(Step::timed_out, "time-out"))
          == "unknown" + at + "no connection: time-out\n");
    CHECK(host_faults(host_that(Step::not_from_here, "not permitted"))
          == "unknown" + at + "no connection: not permitted\n");
    CHECK(host_faults(host_that(Step::greeting, "421")) == "unknown" + at + "421\n");
    CHECK(host_faults(host_that(Step::ehlo, "502")) == "unknown" + at + "502\n");
    CHECK(host_faults(host_that(Step::unreachable, "no route"))
          == "unknown" + at + "no way there from here: no route\n");
}

TEST_CASE("a way that this machine does not have is a note where there is another") {
    SurveyedHost host = host_that(Step::unreachable, "no route");
    host.addresses.push_back(good_address("192.0.2.26"));
    CHECK(host_faults(host) == "note: mx.example.com [192.0.2.25]: no way there from here: no route\n");
}

TEST_CASE("TLS is to be 1.2 or newer, and the certificate good for a while") {
    SurveyedHost host{"mx.example.com"};
    host.addresses = {good_address()};
    CHECK(host_faults(host).empty());
    host.addresses.front().probed.tls_version = "TLSv1.1";
    CHECK(host_faults(host)
          == "problem: mx.example.com [192.0.2.25]: TLSv1.1 is the newest that it speaks\n");
    host.addresses.front().probed.tls_version = "TLSv1.2";
    CHECK(host_faults(host).empty());
    host.addresses.front().probed.chain = chain_until(day(2026, 3, 2));
    CHECK(host_faults(host)
          == "warning: mx.example.com [192.0.2.25]: the certificate ends on 2026-03-02, in 1 day\n");
}

TEST_CASE("each fault of a certificate has words and a fix of its own") {
    struct Example {
        tls::Fault fault;
        std::string_view what;
        std::string_view fix_has;
    };
    const Example examples[] = {
        {tls::Fault::expired, "words", "Renew the certificate"},
        {tls::Fault::not_yet_valid, "words", "valid already"},
        {tls::Fault::wrong_name, "words", "holds the name of the MX record"},
        {tls::Fault::self_signed, "words", "public certification authority"},
        {tls::Fault::incomplete,
         "incomplete certificate chain: the certificate of \"Example CA\", its issuer, is not sent",
         "fullchain.pem"},
        {tls::Fault::unknown_issuer, "words", "--ca-file"},
        {tls::Fault::other, "words", "Replace the certificate"},
    };
    for (const auto& [fault, what, fix_has] : examples) {
        CAPTURE(what);
        SurveyedHost host{"mx.example.com"};
        host.addresses = {good_address()};
        host.addresses.front().faults = {{fault, "words"}};
        const auto findings = judge_host(host, today, Severity::problem);
        REQUIRE(findings.size() == 1);
        CHECK(findings.front().what == "mx.example.com [192.0.2.25]: " + std::string(what));
        CHECK(findings.front().fix.find(fix_has) != std::string::npos);
        CHECK(findings.front().source == "RFC 8461, 4.2");
    }
}

TEST_CASE("an incomplete chain's missing certificate is named, and where it is to be had") {
    SurveyedHost host{"mx.example.com"};
    host.addresses = {good_address()};
    host.addresses.front().faults = {{tls::Fault::incomplete, "words"}};
    CHECK(judge_host(host, today, Severity::problem)
              .front()
              .fix.ends_with(
                  "If \"Example CA\" is a private authority, senders elsewhere will never trust it."));
    host.addresses.front().probed.chain.front().issuer_url = "http://ca.example/ca.cer";
    CHECK(judge_host(host, today, Severity::problem)
              .front()
              .fix.ends_with("The missing one is at http://ca.example/ca.cer."));
}

TEST_CASE("a host that cannot be found or must not be connected to") {
    SurveyedHost host{"mx.example.com"};
    host.dane = dane::HostState::no_addresses;
    CHECK(host_faults(host) == "problem: mx.example.com has no address\n");
    host.dane = dane::HostState::failed;
    host.why = "A mx.example.com: SERVFAIL";
    CHECK(host_faults(host)
          == "unknown: mx.example.com could not be looked up: A mx.example.com: SERVFAIL\n");
    host.addresses = {good_address("10.0.0.1")};
    host.addresses.front().refused = "private use (RFC 1918)";
    CHECK(host_faults(host)
          == "unknown: mx.example.com [10.0.0.1]: not connected to: private use (RFC 1918)\n");
}

TEST_CASE("a family of addresses that could not be looked up is told") {
    SurveyedHost host{"mx.example.com"};
    host.addresses = {good_address()};
    host.gaps = {"AAAA mx.example.com: SERVFAIL"};
    CHECK(
        host_faults(host)
        == "unknown: not all addresses of mx.example.com could be looked up: AAAA mx.example.com: "
           "SERVFAIL\n");
    host.addresses.clear();  // insecure, so no failure for DANE
    host.dane = dane::HostState::no_dane;
    CHECK(host_faults(host)
          == "unknown: mx.example.com could not be looked up: AAAA mx.example.com: SERVFAIL\n");
}

TEST_CASE("addresses beyond those that were connected to are told") {
    SurveyedHost host{"mx.example.com"};
    host.addresses = {good_address()};
    host.left_out = 1;
    CHECK(host_faults(host) == "unknown: mx.example.com has 1 more address, which was not connected to\n");
    host.left_out = 3;
    CHECK(host_faults(host) == "unknown: mx.example.com has 3 more addresses, which were not connected to\n");
}

SurveyedHost with_tlsa(std::vector<dane::Tlsa> records) {
    SurveyedHost host{"mx.example.com"};
    host.addresses = {good_address()};
    host.addresses.front().probed.chain.front().public_key = "key";
    host.dane = dane::HostState::usable;
    host.tlsa_secure = true;
    host.tlsa = std::move(records);
    return host;
}

const dane::Tlsa the_key{3, 1, 0, {'k', 'e', 'y'}};
const dane::Tlsa another{3, 1, 0, {'o', 'l', 'd'}};
const dane::Tlsa pkix{1, 1, 0, {'k', 'e', 'y'}};

TEST_CASE("TLSA records are to match the certificate, where DNSSEC vouches for them") {  // RFC 7672
    CHECK(judge_tlsa(with_tlsa({})).empty());
    CHECK(faults_in(judge_tlsa(with_tlsa({another, the_key}))).empty());
    const std::string mismatch = ": mx.example.com [192.0.2.25]: no TLSA record matches the certificate\n";
    CHECK(faults_in(judge_tlsa(with_tlsa({another}))) == "problem" + mismatch);
    CHECK(faults_in(judge_tlsa(with_tlsa({pkix})))
          == "warning: 1 of 1 TLSA records of mx.example.com cannot be used for SMTP\n");
    SurveyedHost insecure = with_tlsa({another});
    insecure.tlsa_secure = false;
    CHECK(faults_in(judge_tlsa(insecure))
          == "note: mx.example.com has TLSA records without DNSSEC, as far as the resolver tells\nwarning"
                 + mismatch);
    SurveyedHost failed = with_tlsa({});
    failed.dane = dane::HostState::failed;
    failed.why = "SERVFAIL";
    CHECK(faults_in(judge_tlsa(failed))
          == "unknown: the TLSA records of mx.example.com could not be looked up: SERVFAIL\n");
}

}  // namespace
}  // namespace tlspolicy::cli
