#include "cli/judge_fetch.hpp"

#include "cli/judge.hpp"
#include "survey_samples.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;
using inquiry::Survey;

/// Survey of a policy host that failed.
Survey failed(Error error, std::vector<https::AttemptTrace> attempts) {
    Survey survey = good_survey();
    survey.policy.body = std::move(error);
    survey.policy.attempts = std::move(attempts);
    return survey;
}

https::AttemptTrace attempt_with(unsigned status, https::Stage reached = https::Stage::answered) {
    https::AttemptTrace attempt{IpAddress::parse("192.0.2.80").value()};
    attempt.http_status = status;
    attempt.reached = reached;
    return attempt;
}

void check_failure(const Survey& survey, Severity severity, std::string_view what, std::string_view fix) {
    CAPTURE(what);
    const auto findings = judge_fetch(survey);
    REQUIRE(findings.size() == 1);
    CHECK(name_of(findings.front().severity) == name_of(severity));
    CHECK(findings.front().what == what);
    CHECK(findings.front().fix == fix);
}

TEST_CASE("what a server answered is a problem, what did not come is unknown") {  // RFC 8461, 3.3
    const std::string file = "https://mta-sts.example.com/.well-known/mta-sts.txt";
    check_failure(failed({ErrorKind::fetch, "HTTP status 404"}, {attempt_with(404)}), Severity::problem,
                  "the policy could not be fetched: HTTP status 404",
                  "Put the policy where it is asked for: " + file + ".");
    check_failure(
        failed({ErrorKind::fetch, "redirect to x not followed (HTTP status 301)"}, {attempt_with(301)}),
        Severity::problem, "the policy could not be fetched: redirect to x not followed (HTTP status 301)",
        "Serve the policy itself at " + file + ": senders do not follow redirects.");
    check_failure(failed({ErrorKind::fetch, "media type text/html, not text/plain"}, {attempt_with(200)}),
                  Severity::problem, "the policy could not be fetched: media type text/html, not text/plain",
                  "Have the web server send the file as it is, with \"Content-Type: text/plain\".");
    check_failure(failed({ErrorKind::fetch, "connecting to 192.0.2.80: Connection refused"},
                         {attempt_with(0, https::Stage::connect)}),
                  Severity::unknown,
                  "the policy could not be fetched: connecting to 192.0.2.80: Connection refused",
                  "Have the web server listen there on port 443, and let no firewall stand in the way.");
    check_failure(failed({ErrorKind::fetch, "mta-sts.example.com has no address"}, {}), Severity::problem,
                  "the policy could not be fetched: mta-sts.example.com has no address",
                  "Publish addresses (A, AAAA) of mta-sts.example.com, and serve " + file + " there.");
    check_failure(failed({ErrorKind::fetch, "no address of mta-sts.example.com: SERVFAIL"}, {}),
                  Severity::unknown,
                  "the policy could not be fetched: no address of mta-sts.example.com: SERVFAIL",
                  "Ask again; if it stays so, look at the name servers of the domain.");
    check_failure(
        failed({ErrorKind::fetch, "address 10.0.0.1 of mta-sts.example.com is refused: private"},
               {attempt_with(0, https::Stage::refused)}),
        Severity::problem,
        "the policy could not be fetched: address 10.0.0.1 of mta-sts.example.com is refused: private",
        "Publish a public address; to look from within, use --allow-address.");
}

TEST_CASE("a domain with neither record nor policy host hears it once") {
    Survey survey = failed({ErrorKind::fetch, "mta-sts.example.com has no address"}, {});
    survey.record = engine::Absent{};
    CHECK(judge_fetch(survey).empty());
}

TEST_CASE("the policy host's certificate is told with its faults and its end") {
    Survey survey = failed({ErrorKind::webpki, "certificate of mta-sts.example.com expired on 2026-02-01"},
                           {attempt_with(0, https::Stage::certificate)});
    survey.policy.attempts.back().chain = chain_until(day(2026, 2, 1));
    survey.policy.faults = {
        {tls::Fault::expired, "certificate of mta-sts.example.com expired on 2026-02-01"}};
    CHECK(faults_in(judge_fetch(survey))
          == "problem: mta-sts.example.com: certificate of mta-sts.example.com expired on 2026-02-01\n");
    Survey soon = good_survey();
    soon.policy.attempts.back().chain = chain_until(day(2026, 3, 14) + std::chrono::hours(23));
    CHECK(faults_in(judge_fetch(soon))
          == "warning: mta-sts.example.com: the certificate ends on 2026-03-14, in 13 days\n");
    soon.policy.attempts.back().chain = chain_until(day(2026, 3, 15));
    CHECK(faults_in(judge_fetch(soon)).empty());
}

TEST_CASE("an address of several that does not serve the policy is told") {
    Survey survey = good_survey();
    auto other = attempt_with(0, https::Stage::connect);
    other.failure = Error(ErrorKind::fetch, "connecting to 192.0.2.80: Connection refused");
    auto no_way = attempt_with(0, https::Stage::unreachable);
    no_way.failure = Error(ErrorKind::fetch, "connecting to 192.0.2.80: Network is unreachable");
    survey.policy.attempts.insert(survey.policy.attempts.begin(), {no_way, other});
    CHECK(faults_in(judge_fetch(survey))
          == "note: mta-sts.example.com [192.0.2.80]: connecting to 192.0.2.80: Network is unreachable\n"
             "warning: mta-sts.example.com [192.0.2.80]: connecting to 192.0.2.80: Connection refused\n");
}

TEST_CASE("each way to fail has a fix of its own") {
    struct Example {
        https::Stage reached;
        bool timed_out;
        Severity severity;
        std::string_view fix;
    };
    const Example examples[] = {
        {https::Stage::unreachable, false, Severity::unknown, "Run this from a machine that has IPv4"},
        {https::Stage::connect, true, Severity::unknown, "Have the web server listen there on port 443"},
        {https::Stage::handshake, false, Severity::problem, "Have the web server speak TLS 1.2 or 1.3"},
        {https::Stage::handshake, true, Severity::unknown, "Have the web server speak TLS 1.2 or 1.3"},
        {https::Stage::certificate, false, Severity::problem, "Have the web server present a certificate"},
        {https::Stage::response, false, Severity::problem, "Look into the web server's log"},
        {https::Stage::response, true, Severity::unknown, "Look into the web server's log"},
    };
    for (const auto& [reached, timed_out, severity, fix] : examples) {
        CAPTURE(static_cast<int>(reached));
        CAPTURE(timed_out);
        auto attempt = attempt_with(0, reached);
        attempt.timed_out = timed_out;
        const auto findings = judge_fetch(failed({ErrorKind::fetch, "why"}, {attempt}));
        REQUIRE(findings.size() == 1);
        CHECK(name_of(findings.front().severity) == name_of(severity));
        CHECK(findings.front().what == "the policy could not be fetched: why");
        CHECK(findings.front().fix.starts_with(fix));
    }
}

TEST_CASE("of several addresses that fail the one that came furthest is judged, and the others are told") {
    auto old = attempt_with(0, https::Stage::certificate);
    old.failure = Error(ErrorKind::webpki, "expired");
    old.chain = chain_until(day(2026, 2, 1));
    auto closed = attempt_with(0, https::Stage::connect);
    closed.failure = Error(ErrorKind::fetch, "connecting to 192.0.2.80: Connection refused");
    for (const auto& attempts : {std::vector{old, closed}, std::vector{closed, old}}) {
        Survey survey = failed({ErrorKind::webpki, "expired"}, attempts);
        survey.policy.faults = {{tls::Fault::expired, "expired"}};
        const auto findings = judge_fetch(survey);
        CHECK(faults_in(findings)
              == "problem: mta-sts.example.com: expired\n"
                 "warning: mta-sts.example.com [192.0.2.80]: connecting to 192.0.2.80: Connection refused\n");
        CHECK(findings.front().fix.starts_with("Renew the certificate"));
        CHECK(fewest_days(survey) == -28);
    }
}

TEST_CASE(
    "addresses that serve the policy are to serve the same, with certificates that are good for a while") {
    Survey survey = good_survey();
    auto other = survey.policy.attempts.front();
    other.address = IpAddress::parse("192.0.2.81").value();
    survey.policy.attempts.push_back(other);
    CHECK(faults_in(judge_fetch(survey)).empty());
    survey.policy.attempts.back().body = "version: STSv1\n";
    survey.policy.attempts.back().chain = chain_until(day(2026, 3, 3));
    survey.policy.attempts.back().chain.front().der = "another";
    survey.policy.left_out = 2;
    CHECK(faults_in(judge_fetch(survey))
          == "warning: mta-sts.example.com [192.0.2.81]: another policy than at other addresses\n"
             "warning: mta-sts.example.com [192.0.2.81]: the certificate ends on 2026-03-03, in 2 days\n"
             "unknown: further addresses of mta-sts.example.com were not looked at: 2\n");
}

}  // namespace
}  // namespace tlspolicy::cli
