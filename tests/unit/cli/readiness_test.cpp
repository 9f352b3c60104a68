#include "cli/readiness.hpp"

#include "survey_samples.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;
using inquiry::Survey;

std::string against(const Survey& survey, std::string_view pattern = "mx.example.com") {
    const auto planned = sts::parse_policy(
        "version: STSv1\nmode: enforce\nmax_age: 604800\nmx: " + std::string(pattern) + "\n");
    return faults_in(obstacles(survey, planned.value()));
}

Survey with_policy(std::string_view mode) {
    Survey survey = good_survey();
    survey.policy.body =
        "version: STSv1\nmode: " + std::string(mode) + "\nmax_age: 604800\nmx: mx.example.com\n";
    return survey;
}

https::AttemptTrace failed_at(https::Stage reached, unsigned status = 0) {
    https::AttemptTrace attempt{IpAddress::parse("192.0.2.80").value()};
    attempt.reached = reached;
    attempt.http_status = status;
    attempt.failure = Error(ErrorKind::fetch, "failed");
    return attempt;
}

TEST_CASE("mail hosts are judged by the policy that is planned, not by the one that is published") {
    for (const char* mode : {"none", "testing", "enforce"}) {
        CAPTURE(mode);
        Survey survey = with_policy(mode);
        CHECK(against(survey).empty());
        survey.hosts.front().addresses.front().probed = {};
        survey.hosts.front().addresses.front().probed.step = smtp::Step::no_starttls;
        CHECK(against(survey) == "problem: mx.example.com [192.0.2.25]: STARTTLS is not offered\n");
    }
}

TEST_CASE("the patterns that are planned are to cover the mail hosts") {
    CHECK(
        against(with_policy("testing"), "mx.example.net")
        == "problem: mx.example.com is a mail host of the domain, and no mx line of the policy covers it\n");
    Survey survey = with_policy("enforce");
    survey.hosts.push_back({"mx17.example.com"});
    survey.hosts.back().looked_at = false;
    CHECK(against(survey, "*.example.com")
          == "unknown: mx17.example.com was not looked at: too many mail hosts stand before it\n");
}

TEST_CASE("what publishing mends by itself does not stand against it") {
    Survey survey = good_survey();
    survey.policy.body = Error(ErrorKind::fetch, "mta-sts.example.com has no address");
    survey.policy.attempts.clear();
    survey.record = engine::Absent{};
    CHECK(against(survey).empty());
    survey.record = texts({"v=STSv1; id=1;", "v=STSv1; id=2;"});
    CHECK(against(survey).empty());

    survey = good_survey();
    survey.policy.body = Error(ErrorKind::fetch, "HTTP status 404");
    survey.policy.attempts = {failed_at(https::Stage::answered, 404)};
    CHECK(against(survey).empty());
    survey.policy.body = "version: STSv2\n";
    survey.policy.attempts.front().failure.reset();
    CHECK(against(survey).empty());
}

TEST_CASE("what publishing does not mend stands against it") {
    Survey survey = good_survey();
    survey.record = dns_failure();
    CHECK(against(survey).starts_with("unknown: _mta-sts.example.com could not be looked up"));
    survey = good_survey();
    survey.reporting = dns_failure();
    CHECK(against(survey).starts_with("unknown: _smtp._tls.example.com could not be looked up"));
    survey = good_survey();
    survey.policy.body = Error(ErrorKind::fetch, "connecting to 192.0.2.80: Connection refused");
    survey.policy.attempts = {failed_at(https::Stage::connect)};
    CHECK(against(survey).starts_with("unknown: the policy could not be fetched: connecting to 192.0.2.80"));
}

}  // namespace
}  // namespace tlspolicy::cli
