#include "cli/judge.hpp"

#include "cli/judge_reporting.hpp"
#include "cli/nagios.hpp"
#include "survey_samples.hpp"

namespace tlspolicy::cli {
namespace {

using namespace tlspolicy::test;
using inquiry::Survey;

std::string reporting_faults(engine::DnsAnswer<engine::TxtRecords> answer) {
    Survey survey = good_survey();
    survey.reporting = std::move(answer);
    return faults_in(judge_reporting(survey));
}

TEST_CASE("the record of TLS reports is to be valid and usable, if there is one") {  // RFC 8460, 3
    const std::string name = ": _smtp._tls.example.com";
    CHECK(reporting_faults(texts({"v=TLSRPTv1; rua=https://reports.example/x"})).empty());
    CHECK(reporting_faults(engine::Absent{}) == "note" + name + " asks for no TLS reports\n");
    CHECK(reporting_faults(texts({"v=spf1 -all"})) == "note" + name + " asks for no TLS reports\n");
    CHECK(reporting_faults(texts({"v=TLSRPTv1; rua="}))
          == "warning" + name + ": the TXT record is invalid: rua is empty\n");
    CHECK(reporting_faults(texts({"v=TLSRPTv1; rua=a@b.example"}))
          == "warning" + name + ": nobody can report to rua=\"a@b.example\"\n");
    CHECK(reporting_faults(dns_failure())
          == "unknown" + name + " could not be looked up: TXT example.com: SERVFAIL from 192.0.2.53\n");
}

TEST_CASE("a domain as it should be reads like this") {
    CHECK(to_text(judge(good_survey()), Palette(false), 80)
          == R"(ok: _mta-sts.example.com has one valid record, id 20260201120000 (RFC 8461, 3.1)
ok: the policy is served by mta-sts.example.com as text/plain, with TLSv1.3 (RFC
    8461, 3.3)
ok: mode enforce (RFC 8461, 5)
ok: max_age 604800 (7 days) (RFC 8461, 3.2)
ok: mx.example.com is covered by mx: mx.example.com (RFC 8461, 4.1)
ok: mx.example.com [192.0.2.25]: STARTTLS with TLSv1.3, certificate good until
    2026-05-30 (RFC 8461, 4.2)
ok: TLS reports go to mailto:tlsrpt@example.com (RFC 8460, 3)
)");
}

TEST_CASE("a domain with faults reads like this") {
    Survey survey = good_survey();
    survey.record = engine::Absent{};
    auto& host = survey.hosts.front();
    host.addresses.front().faults = {
        {tls::Fault::incomplete, "issuer certificate not found"},
        {tls::Fault::wrong_name, "certificate is for a.example, not for mx.example.com"}};
    inquiry::SurveyedHost other{"old.example.com"};
    other.addresses = {good_address("192.0.2.26")};
    other.addresses.front().probed = {};
    other.addresses.front().probed.step = smtp::Step::no_starttls;
    survey.hosts.push_back(other);
    survey.reporting = engine::Absent{};
    CHECK(to_text(judge(survey), Palette(false), 80)
          == R"(problem: _mta-sts.example.com has no TXT record (RFC 8461, 3.1)
    Senders look for a policy only where one such record says that there is one.
    To do: Publish one TXT record there; tlspolicy publish example.com writes
           it.
ok: the policy is served by mta-sts.example.com as text/plain, with TLSv1.3 (RFC
    8461, 3.3)
ok: mode enforce (RFC 8461, 5)
ok: max_age 604800 (7 days) (RFC 8461, 3.2)
ok: mx.example.com is covered by mx: mx.example.com (RFC 8461, 4.1)
problem: old.example.com is a mail host of the domain, and no mx line of the
         policy covers it (RFC 8461, 4.1)
    Senders that follow an enforce policy do not deliver to it.
    To do: Add "mx: old.example.com" to the policy and then change the record's
           id; or remove the MX record.
problem: mx.example.com [192.0.2.25]: incomplete certificate chain: the
         certificate of "Example CA", its issuer, is not sent (RFC 8461, 4.2)
    Senders that follow an enforce policy do not deliver to this host.
    To do: Have the server send the intermediate certificates after its own: in
           Postfix, smtpd_tls_chain_files or smtpd_tls_cert_file names the file
           with the whole chain (with ACME clients fullchain.pem, not cert.pem).
           If "Example CA" is a private authority, senders elsewhere will never
           trust it.
problem: mx.example.com [192.0.2.25]: certificate is for a.example, not for
         mx.example.com (RFC 8461, 4.2)
    Senders that follow an enforce policy do not deliver to this host.
    To do: Have a certificate issued that holds the name of the MX record (not
           the mail domain), or let the MX record name a host that the
           certificate is for.
problem: old.example.com [192.0.2.26]: STARTTLS is not offered (RFC 8461, 4.2)
    Senders that follow an enforce policy do not deliver to this host.
    To do: Have the mail server offer STARTTLS (in Postfix,
           smtpd_tls_security_level = may and a certificate). If it does, a
           firewall on the way hides it.
note: _smtp._tls.example.com asks for no TLS reports (RFC 8460, 3)
    Nobody will tell that delivery to this domain fails.
    To do: Publish a TXT record there, "v=TLSRPTv1;
           rua=mailto:tlsrpt@example.com".
)");
}

TEST_CASE("the fewest days are those of any certificate presented") {
    CHECK(fewest_days(good_survey()) == 61);  // the policy host's, until May 1
    Survey survey = good_survey();
    survey.hosts.front().addresses.front().probed.chain = chain_until(day(2026, 2, 27));
    CHECK(fewest_days(survey) == -2);
    survey.policy.attempts.clear();
    survey.hosts.clear();
    CHECK_FALSE(fewest_days(survey).has_value());
}

TEST_CASE("a monitoring plug-in says one line, and numbers") {
    const Finding fine{Severity::ok, "fine"};
    const Finding near_end{Severity::warning, "the certificate ends | soon"};
    const Finding short_life{Severity::warning, "max_age 60 is less than a day"};
    const Finding broken{Severity::problem, "no STARTTLS"};
    const Finding unknown{Severity::unknown, "no answer"};
    using All = std::vector<Finding>;
    CHECK(nagios_line("example.com", All{fine}, {61, 604800})
          == "TLSPOLICY OK - example.com: as it should be | certificate_days=61;14:;0: max_age=604800s");
    CHECK(nagios_line("example.com", All{near_end, fine, short_life}, {3, std::nullopt})
          == "TLSPOLICY WARNING - example.com: the certificate ends / soon (and 1 more) | certificate_days=3;14:;0:");
    CHECK(nagios_line("example.com", All{near_end, unknown, broken}, {})
          == "TLSPOLICY CRITICAL - example.com: no STARTTLS");
    CHECK(nagios_line("example.com", All{unknown, near_end}, {})
          == "TLSPOLICY UNKNOWN - example.com: no answer");
}

}  // namespace
}  // namespace tlspolicy::cli
