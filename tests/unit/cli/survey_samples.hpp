#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::test {

inline WallTime day(int year, unsigned month, unsigned of_month) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month)
                                 / std::chrono::day(of_month));
}

inline const WallTime today = day(2026, 3, 1);

inline constexpr std::string_view sample_policy =
    "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n";

inline tls::Chain chain_until(WallTime end) {
    tls::Certificate own{"mx.example.com", "Example CA", {"mx.example.com"}, day(2025, 12, 1), end};
    return {own};
}

inline inquiry::ProbedAddress good_address(std::string_view address = "192.0.2.25") {
    inquiry::ProbedAddress at{IpAddress::parse(address).value()};
    at.probed.tls_version = "TLSv1.3";
    at.probed.chain = chain_until(day(2026, 5, 30));
    return at;
}

inline engine::DnsAnswer<engine::TxtRecords> texts(std::vector<std::string> all) {
    return engine::TxtRecords{std::move(all), {}};
}

/// A domain as it should be.
inline inquiry::Survey good_survey() {
    inquiry::Survey survey(Domain::parse("example.com").value(), today);
    survey.record = texts({"v=STSv1; id=20260201120000;"});
    survey.reporting = texts({"v=TLSRPTv1; rua=mailto:tlsrpt@example.com"});
    survey.policy.body = std::string(sample_policy);
    https::AttemptTrace attempt{IpAddress::parse("192.0.2.80").value()};
    attempt.tls_version = "TLSv1.3";
    attempt.chain = chain_until(day(2026, 5, 1));
    attempt.http_status = 200;
    survey.policy.attempts = {attempt};
    survey.mx = dane::MxState::insecure;
    inquiry::SurveyedHost host{"mx.example.com"};
    host.addresses = {good_address()};
    survey.hosts = {host};
    return survey;
}

inline Error dns_failure() {
    return {ErrorKind::dns, "TXT example.com: SERVFAIL from 192.0.2.53"};
}

/// What is not as it should be, "problem: WHAT" a line.
inline std::string faults_in(const std::vector<cli::Finding>& findings) {
    std::string text;
    for (const auto& finding : findings)
        if (finding.severity != cli::Severity::ok)
            text += std::string(cli::name_of(finding.severity)) + ": " + finding.what + "\n";
    return text;
}

}  // namespace tlspolicy::test
