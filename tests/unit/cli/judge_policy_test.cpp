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

TEST_CASE("of thousands of lines ten of a kind are told") {
    std::string body = "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 604800\n";
    for (int i = 0; i < 10000; ++i)
        body += "x\nmode: none\nfield: x\n";
    const auto findings = judge_policy_text(body);
    REQUIRE(findings.size() == 33);
    CHECK(findings[0].what == "line 5 of the policy: \"x\" has no colon");
    CHECK(findings[10].what == "and 9990 more: lines of the policy that are wrong");
    CHECK(findings[10].severity == Severity::problem);
    CHECK(findings[21].what == "and 9990 more: lines of the policy that do not count");
    CHECK(findings[32].what == "and 9990 more: fields that are not known");
    CHECK(findings[32].severity == Severity::note);
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
