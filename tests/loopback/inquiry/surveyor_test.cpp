#include "inquiry/surveyor.hpp"

#include "cli/judge.hpp"
#include "fakes/certificates.hpp"
#include "fakes/dns_server.hpp"
#include "fakes/https_server.hpp"
#include "fakes/smtp_server.hpp"
#include "fakes/temporary_file.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

using namespace tlspolicy;
using fakes::DnsFault;
using fakes::DnsRecord;
using fakes::DnsType;
using fakes::HttpsServer;
using fakes::SmtpBehaviour;
using fakes::SmtpServer;

namespace {

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

/// A domain as it should be, in a world of its own: names, a policy host, a mail host.
class SurveyFixture {
public:
    SurveyFixture() {
        names.set("_mta-sts.example.com", fakes::dns_txt("v=STSv1; id=1;"));
        names.set("_smtp._tls.example.com", fakes::dns_txt("v=TLSRPTv1; rua=mailto:tlsrpt@example.com"));
        set_addresses("mta-sts.example.com", {"127.0.0.1"});
        names.set("example.com", fakes::dns_mx(10, "mx.example.com"));
        set_addresses("mx.example.com", {"127.0.0.1"});
        thread = std::thread([this] { loop.run(); });
    }
    ~SurveyFixture() {
        loop.stop();
        thread.join();
    }
    SurveyFixture(const SurveyFixture&) = delete;
    SurveyFixture& operator=(const SurveyFixture&) = delete;

    void set_addresses(std::string_view name, const std::vector<std::string>& addresses) {
        std::vector<DnsRecord> records;
        for (const std::string& address : addresses)
            records.push_back(fakes::dns_address(address));
        names.set(name, DnsType::a, records);
        names.set(name, DnsType::aaaa, {});
    }

    static fakes::Identity identity(const fakes::CertificateAuthority& authority, std::string name,
                                    std::string not_after = "20991231235959Z") {
        fakes::LeafOptions leaf;
        leaf.dns_names = {std::move(name)};
        leaf.not_after = std::move(not_after);
        return authority.issue(leaf, fakes::Intermediate::sent);
    }
    fakes::Identity mx_identity() const { return identity(ca, "mx.example.com"); }
    fakes::Identity policy_identity() const { return identity(ca, "mta-sts.example.com"); }

    static fakes::Behaviour policy_behaviour() {
        fakes::Behaviour behaviour;
        behaviour.response = fakes::http_response(
            "version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n");
        return behaviour;
    }

    inquiry::Survey look(std::uint16_t https_port, std::uint16_t smtp_port) const {
        dns::Settings dns;
        dns.servers = {names.address()};
        https::Settings https;
        https.ca_file = ca_file.path();
        https.allow_addresses = {IpNetwork::parse("127.0.0.0/8").value()};
        https.port = https_port;
        inquiry::Surveyor surveyor(dns, https, {std::chrono::seconds(20), smtp_port, "probe.example.net"});
        return surveyor.look_at(Domain::parse("example.com").value());
    }

    /// All that is not as it should be, with a good policy host.
    std::string faults(std::uint16_t smtp_port) const {
        const HttpsServer policy(ip("127.0.0.1"), policy_identity(), policy_behaviour());
        return faults_in(look(policy.port(), smtp_port));
    }
    /// The same, with a good mail host.
    std::string faults() const {
        const SmtpServer mail(ip("127.0.0.1"), mx_identity());
        return faults(mail.port());
    }

    static std::string faults_in(const inquiry::Survey& survey) {
        std::string text;
        for (const auto& finding : cli::judge(survey))
            if (finding.severity != cli::Severity::ok)
                text += std::string(cli::name_of(finding.severity)) + ": " + finding.what + "\n";
        return text;
    }

    boost::asio::io_context loop{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{loop.get_executor()};
    fakes::DnsServer names{loop.get_executor()};
    fakes::CertificateAuthority ca;
    fakes::TemporaryFile ca_file{ca.root_pem()};
    std::thread thread;
};

}  // namespace

TEST_CASE_FIXTURE(SurveyFixture, "a domain as it should be has no fault") {
    CHECK(faults().empty());
}

TEST_CASE_FIXTURE(SurveyFixture, "more mail hosts than are looked at are known by name") {
    std::vector<DnsRecord> records;
    for (std::uint16_t i = 17; i > 0; --i) {
        const auto name = "mx" + std::to_string(i) + ".example.com";
        records.push_back(fakes::dns_mx(i, name));
        set_addresses(name, {});
    }
    records.push_back(fakes::dns_mx(18, "mx1.example.com"));
    names.set("example.com", DnsType::mx, records);
    const auto survey = look(1, 1);
    REQUIRE(survey.hosts.size() == 17);
    CHECK(survey.hosts.front().name == "mx1.example.com");
    CHECK(survey.hosts[15].looked_at);
    CHECK(survey.hosts[16].name == "mx17.example.com");
    CHECK_FALSE(survey.hosts[16].looked_at);
    CHECK(names.queries("mx17.example.com") == 0);
}

TEST_CASE_FIXTURE(SurveyFixture, "more addresses of a mail host than are connected to are counted") {
    set_addresses("mx.example.com", {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5",
                                     "127.0.0.6", "127.0.0.7", "127.0.0.8", "127.0.0.9", "127.0.0.10"});
    const auto survey = look(1, 1);
    REQUIRE(survey.hosts.size() == 1);
    CHECK(survey.hosts.front().addresses.size() == inquiry::Surveyor::max_addresses);
    CHECK(survey.hosts.front().left_out == 2);
}

TEST_CASE_FIXTURE(SurveyFixture, "a family of addresses whose lookup fails is told beside the other") {
    names.misbehave("mx.example.com", DnsType::aaaa, DnsFault::servfail);
    CHECK(
        faults().starts_with("unknown: not all addresses of mx.example.com could be looked up: AAAA "
                             "mx.example.com: SERVFAIL"));
}

TEST_CASE_FIXTURE(SurveyFixture, "a mail host without an address, and a name that is none") {
    std::vector<DnsRecord> records{fakes::dns_mx(10, "mx.example.com"), fakes::dns_mx(20, "192.0.2.1"),
                                   fakes::dns_mx(30, "localhost")};
    names.set("example.com", DnsType::mx, records);
    set_addresses("mx.example.com", {});
    CHECK(faults(1)
          == "problem: an MX record of example.com names 192.0.2.1, which is not the name of a host\n"
             "problem: an MX record of example.com names localhost, which is not the name of a host\n"
             "problem: mx.example.com has no address\n");
}

TEST_CASE_FIXTURE(SurveyFixture, "a mail host with an old TLS, and one of an authority that nobody knows") {
    SUBCASE("TLS 1.1") {
        SmtpBehaviour old;
        old.versions = SmtpBehaviour::Versions::tls_1_1_only;
        const SmtpServer mail(ip("127.0.0.1"), mx_identity(), old);
        CHECK(faults(mail.port())
              == "problem: mx.example.com [127.0.0.1]: TLSv1.1 is the newest that it speaks\n");
    }
    SUBCASE("an unknown root, the chain complete") {
        const fakes::CertificateAuthority stranger("Stranger");
        const SmtpServer mail(ip("127.0.0.1"), identity(stranger, "mx.example.com"));
        const HttpsServer policy(ip("127.0.0.1"), policy_identity(), policy_behaviour());
        const auto survey = look(policy.port(), mail.port());
        const auto& faults = survey.hosts.front().addresses.front().faults;
        REQUIRE(faults.size() == 1);
        CHECK(static_cast<int>(faults.front().fault) == static_cast<int>(tls::Fault::unknown_issuer));
    }
}

TEST_CASE_FIXTURE(SurveyFixture, "each address of the policy host has its turn") {
    const SmtpServer mail(ip("127.0.0.1"), mx_identity());
    SUBCASE("one that is refused beside a good one") {
        set_addresses("mta-sts.example.com", {"127.0.0.1", "127.0.0.2"});
        const auto text = faults(mail.port());
        CHECK(text
              == "warning: mta-sts.example.com [127.0.0.2]: connecting to 127.0.0.2: Connection refused\n");
    }
    SUBCASE("an expired certificate beside one that is refused") {
        const HttpsServer policy(ip("127.0.0.1"), identity(ca, "mta-sts.example.com", "20210101000000Z"),
                                 policy_behaviour());
        set_addresses("mta-sts.example.com", {"127.0.0.2", "127.0.0.1", "127.0.0.3"});
        CHECK(faults_in(look(policy.port(), mail.port()))
              == "problem: mta-sts.example.com: certificate of mta-sts.example.com expired on 2021-01-01\n"
                 "warning: mta-sts.example.com [127.0.0.2]: connecting to 127.0.0.2: Connection refused\n"
                 "warning: mta-sts.example.com [127.0.0.3]: connecting to 127.0.0.3: Connection refused\n");
    }
    SUBCASE("TLS 1.1 alone is a problem") {
        auto old = policy_behaviour();
        old.spoken = fakes::Spoken::tls_1_1_only;
        const HttpsServer policy(ip("127.0.0.1"), policy_identity(), old);
        const auto text = faults_in(look(policy.port(), mail.port()));
        CHECK(text.starts_with("problem: the policy could not be fetched: TLS handshake with 127.0.0.1: "));
    }
}
