#include "cli/judge_policy.hpp"

#include "survey_samples.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;
using inquiry::Survey;

std::string record_faults(engine::DnsAnswer<engine::TxtRecords> answer) {
    Survey survey = good_survey();
    survey.record = std::move(answer);
    return faults_in(judge_record(survey));
}

TEST_CASE("the record is to be there, valid, and the only one") {  // RFC 8461, 3.1
    CHECK(record_faults(texts({"v=spf1 -all", "v=STSv1; id=1;"})).empty());
    CHECK(record_faults(engine::Absent{}) == "problem: _mta-sts.example.com has no TXT record\n");
    CHECK(record_faults(texts({"v=spf1 -all"}))
          == "problem: _mta-sts.example.com: no TXT record begins with v=STSv1;\n");
    CHECK(record_faults(texts({"v=STSv1; id=1;", "v=STSv1; id=2;"}))
          == "problem: _mta-sts.example.com: 2 TXT records begin with v=STSv1;\n");
    CHECK(record_faults(texts({"v=STSv1; id=a-b;"}))
          == "problem: _mta-sts.example.com: the TXT record is invalid: id has the invalid value \"a-b\"\n");
    CHECK(record_faults(dns_failure())
          == "unknown: _mta-sts.example.com could not be looked up: TXT example.com: SERVFAIL from "
             "192.0.2.53\n");
}

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
                  "Have the web server listen there on port 443 and answer within ten seconds.");
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

std::string text_faults(std::string_view lines) {
    std::string body;
    for (const char c : lines)
        c == '\n' ? body += "\r\n" : body += c;
    return faults_in(judge_policy_text(body));
}

TEST_CASE("every line of a policy is judged") {  // RFC 8461, 3.2
    CHECK(text_faults("version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 604800\n").empty());
    CHECK(text_faults("version: STSv2\nmode: enforced\nmx: *.*.example\nmax_age: 1d\nwhat\n")
          == "problem: line 1 of the policy: version \"STSv2\" is not STSv1\n"
             "problem: line 2 of the policy: mode \"enforced\" is not enforce, testing or none\n"
             "problem: line 3 of the policy: mx \"*.*.example\": \"*.example\" is not a domain name: only letters, "
             "digits, '-', '_' and '.' may stand in it\n"
             "problem: line 4 of the policy: max_age \"1d\" is not 1 to 10 digits\n"
             "problem: line 5 of the policy: \"what\" has no colon\n");
    CHECK(text_faults("version: STSv1\nmx: a.example\n")
          == "problem: the policy is not whole: mode is missing\n"
             "problem: the policy is not whole: max_age is missing\n");
    CHECK(text_faults("") == "problem: the policy is not whole: version is missing\n"
                             "problem: the policy is not whole: mode is missing\n"
                             "problem: the policy is not whole: max_age is missing\n");
    CHECK(text_faults("version: STSv1\nmode: enforce\nmode: none\nmx: a.example\nmax_age: 604800\nmax-age: 1\n")
          == "warning: line 3 of the policy: a second mode: the first counts\n"
             "note: line 6 of the policy: the field max-age is not known, and ignored\n");
}

TEST_CASE("mode and max_age are to be sensible") {
    const auto with = [](std::string_view mode, std::string_view max_age) {
        return text_faults("version: STSv1\nmode: " + std::string(mode)
                           + "\nmx: a.example\nmax_age: " + std::string(max_age) + "\n");
    };
    CHECK(with("enforce", "86400").empty());
    CHECK(with("enforce", "31557600").empty());
    CHECK(with("enforce", "86399") == "warning: max_age 86399 is less than a day\n");
    CHECK(with("enforce", "0") == "warning: max_age 0 is less than a day\n");
    CHECK(with("enforce", "31557601") == "warning: max_age 31557601 is more than a year\n");
    CHECK(with("testing", "604800")
          == "note: mode testing: senders report what is wrong, and deliver all the same\n");
    CHECK(with("none", "604800") == "warning: mode none: the domain has given MTA-STS up\n");
}

}  // namespace
}  // namespace tlspolicy::cli
