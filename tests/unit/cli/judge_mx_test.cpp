#include "cli/judge_mx.hpp"

#include "cli/judge.hpp"
#include "cli/judge_hosts.hpp"
#include "survey_samples.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;
using inquiry::Survey;
using inquiry::SurveyedHost;

sts::Policy policy_of(const std::vector<std::string>& patterns) {
    std::string text = "version: STSv1\nmode: enforce\nmax_age: 604800\n";
    for (const auto& pattern : patterns)
        text += "mx: " + pattern + "\n";
    return sts::parse_policy(text).value();
}

std::string coverage_faults(const Survey& survey, const std::vector<std::string>& patterns,
                            Severity grave = Severity::problem) {
    return faults_in(judge_coverage(survey, policy_of(patterns), grave));
}

void add_unseen(Survey& survey, std::string name) {
    SurveyedHost host{std::move(name)};
    host.looked_at = false;
    survey.hosts.push_back(std::move(host));
}

TEST_CASE("every mail host is to be covered, and every pattern used") {  // RFC 8461, 4.1
    const Survey survey = good_survey();
    CHECK(coverage_faults(survey, {"mx.example.com"}).empty());
    CHECK(coverage_faults(survey, {"*.example.com"}).empty());
    CHECK(coverage_faults(survey, {"mx.example.com", "*.example.net"})
          == "warning: mx: *.example.net covers none of the domain's mail hosts\n");
    const std::string uncovered =
        ": mx.example.com is a mail host of the domain, and no mx line of the policy covers it\n"
        "warning: mx: mail.example.com covers none of the domain's mail hosts\n";
    CHECK(coverage_faults(survey, {"mail.example.com"}) == "problem" + uncovered);
    CHECK(coverage_faults(survey, {"mail.example.com"}, Severity::warning) == "warning" + uncovered);
}

TEST_CASE("a policy's mode says how bad a host is that it leaves out") {
    Survey survey = good_survey();
    const auto faults = [&](std::string_view mode) {
        survey.policy.body = "version: STSv1\nmode: " + std::string(mode)
                             + "\nmax_age: 604800\nmx: mx.example.com\nmx: old.example.com\n";
        add_unseen(survey, "other.example.com");
        const auto text = faults_in(judge(survey));
        survey.hosts.pop_back();
        return text;
    };
    const std::string_view uncovered = ": other.example.com is a mail host of the domain";
    CHECK(faults("enforce").find("problem" + std::string(uncovered)) != std::string::npos);
    CHECK(faults("testing").find("warning" + std::string(uncovered)) != std::string::npos);
    CHECK(faults("none").find(uncovered) == std::string::npos);
}

TEST_CASE("a domain is to take mail") {
    Survey survey = good_survey();
    survey.hosts.clear();
    survey.mx = dane::MxState::no_mail;
    CHECK(faults_in(judge_mx(survey))
          == "problem: example.com takes no mail: it does not exist, or has a null MX\n");
    survey.mx = dane::MxState::failed;
    survey.mx_why = "MX example.com: no answer";
    CHECK(faults_in(judge_mx(survey))
          == "unknown: the mail hosts of example.com could not be looked up: MX example.com: no answer\n");
    CHECK(coverage_faults(survey, {"mx.example.com"}).empty());
}

TEST_CASE("a mail host that was not looked at counts for the policy, and is told") {
    Survey survey = good_survey();
    add_unseen(survey, "mx17.example.com");
    CHECK(coverage_faults(survey, {"mx.example.com", "mx17.example.com"}).empty());
    CHECK(
        coverage_faults(survey, {"mx.example.com"})
        == "problem: mx17.example.com is a mail host of the domain, and no mx line of the policy covers "
           "it\n");
    CHECK(faults_in(judge_mx(survey))
          == "unknown: mx17.example.com was not looked at: too many mail hosts stand before it\n");
    CHECK(faults_in(judge_hosts(survey, Severity::problem)).empty());
}

TEST_CASE("an MX record is to name a host") {  // RFC 5321, 5.1
    for (const char* name : {"192.0.2.1", "localhost", "mx_1..example.com"}) {
        CAPTURE(name);
        Survey survey = good_survey();
        survey.hosts.push_back({name});
        survey.hosts.back().dane = dane::HostState::no_dane;
        const auto findings = judge_mx(survey);
        CHECK(faults_in(findings)
              == "problem: an MX record of example.com names " + std::string(name)
                     + ", which is not the name of a host\n");
        CHECK(findings.front().source == "RFC 5321, 5.1");
        // No line of a policy can cover it, so none is proposed (STS-16).
        CHECK(coverage_faults(survey, {"mx.example.com"}).empty());
        CHECK(faults_in(judge_hosts(survey, Severity::problem)).empty());
    }
}

TEST_CASE("of thousands of mail hosts and patterns ten of a kind are told") {
    Survey survey = good_survey();
    std::vector<std::string> patterns;
    for (int i = 0; i < 3000; ++i) {
        add_unseen(survey, "mx" + std::to_string(i) + ".example.com");
        patterns.push_back("old" + std::to_string(i) + ".example.com");
    }
    CHECK(judge_mx(survey).size() == 11);
    const auto findings = judge_coverage(survey, policy_of(patterns), Severity::problem);
    REQUIRE(findings.size() == 22);
    CHECK(findings[10].what == "and 2991 more: mail hosts that no mx line of the policy covers");
    CHECK(findings[10].severity == Severity::problem);
    CHECK(findings[21].what == "and 2990 more: mx lines that cover none of the mail hosts");
    CHECK(findings[21].severity == Severity::warning);
}

}  // namespace
}  // namespace tlspolicy::cli
