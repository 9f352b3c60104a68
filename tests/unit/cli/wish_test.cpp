#include "cli/wish.hpp"

#include "survey_samples.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;
using inquiry::Survey;

std::string failure(const Survey& survey, const Asked& asked = {}) {
    const auto wish = wish_for(survey, asked);
    return wish ? "" : wish.error().message();
}

TEST_CASE("what the operator leaves out is as it is published now") {
    const auto wish = wish_for(good_survey(), {}).value();
    CHECK(wish.mode == sts::Mode::enforce);
    CHECK(wish.max_age == std::chrono::seconds(604800));
    CHECK(wish.mx == std::vector<std::string>{"mx.example.com"});
    CHECK(wish.rua == std::vector<std::string>{"mailto:tlsrpt@example.com"});
    CHECK(wish.id_now == "20260201120000");
    CHECK(wish.policy_now == std::string(sample_policy));
    CHECK(wish.records_now == std::vector<std::string>{"v=STSv1; id=20260201120000;"});
    CHECK(wish.report_records_now == std::vector<std::string>{"v=TLSRPTv1; rua=mailto:tlsrpt@example.com"});
    Survey failed = good_survey();
    failed.reporting = dns_failure();
    CHECK_FALSE(wish_for(failed, {}).value().report_records_now.has_value());
}

TEST_CASE("what the operator says goes before what is published now") {
    Asked asked;
    asked.mode = sts::Mode::testing;
    asked.max_age = std::chrono::seconds(86400);
    asked.mx = {"*.example.com"};
    asked.rua = {"mailto:other@example.com"};
    const auto wish = wish_for(good_survey(), asked).value();
    CHECK(wish.mode == sts::Mode::testing);
    CHECK(wish.max_age == std::chrono::seconds(86400));
    CHECK(wish.mx == asked.mx);
    CHECK(wish.rua == asked.rua);
}

TEST_CASE("the mode of a policy that is announced and cannot be read is not guessed") {
    Asked asked;
    asked.mode = sts::Mode::enforce;
    Survey survey = good_survey();
    survey.policy.body = Error(ErrorKind::fetch, "connecting to 192.0.2.80: Connection refused");
    CHECK(failure(survey)
          == "the policy that is published now could not be read: connecting to 192.0.2.80: Connection refused; "
             "say with --mode which mode is meant");
    CHECK(wish_for(survey, asked).value().mode == sts::Mode::enforce);
    survey.policy.body = "version: STSv1\n";
    CHECK(failure(survey).starts_with("the policy that is published now could not be read: it is not valid"));
    survey.record = dns_failure();
    CHECK(failure(survey).starts_with("the policy that is published now could not be read: TXT example.com"));

    survey.record = engine::Absent{};  // a first publication
    CHECK(wish_for(survey, {}).value().mode == sts::Mode::testing);
    survey.record = texts({"v=spf1 -all"});
    CHECK(wish_for(survey, {}).value().mode == sts::Mode::testing);
}

TEST_CASE("the policy names every mail host, beyond those that were looked at") {
    Survey survey = good_survey();
    survey.hosts.push_back({"mx17.example.com"});
    survey.hosts.back().looked_at = false;
    CHECK(wish_for(survey, {}).value().mx == std::vector<std::string>{"mx.example.com", "mx17.example.com"});
}

TEST_CASE("an MX record that names no host, or none that are known, is not passed over") {
    Survey survey = good_survey();
    survey.hosts.push_back({"192.0.2.1"});
    CHECK(failure(survey).starts_with("an MX record of example.com names 192.0.2.1, which is not the name"));
    survey.mx = dane::MxState::failed;
    survey.mx_why = "MX example.com: no answer";
    CHECK(failure(survey)
          == "the mail hosts of example.com could not be looked up: MX example.com: no answer; name them with --mx");
    Asked asked;
    asked.mode = sts::Mode::none;
    CHECK(wish_for(survey, asked).value().mx.empty());
    asked.mode = sts::Mode::enforce;
    asked.mx = {"mx.example.com"};
    CHECK(wish_for(survey, asked).value().mx == asked.mx);
}

}  // namespace
}  // namespace tlspolicy::cli
