#include "cli/doctor_judges.hpp"

#include "unit/cli/doctor_samples.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

TEST_CASE("on a machine where all is well, everything is fine") {
    for (const Finding& finding : judge(sound())) {
        CAPTURE(finding.what);
        CHECK(finding.severity == Severity::ok);
    }
    CHECK(judge(sound()).size() >= 8);
}

TEST_CASE("what is wrong with the daemon is told") {
    const Example examples[] = {
        {"an error in its file",
         [](Facts& facts) {
             facts.daemon.findings = {{config::Finding::Severity::error, 3, "no such thing"}};
         },
         Severity::problem, "tlspolicyd.yaml:3: error: no such thing", ""},
        {"a warning in its file",
         [](Facts& facts) {
             facts.daemon.findings = {{config::Finding::Severity::warning, 3, "odd"}};
         },
         Severity::warning, "odd", ""},
        {"a listener that Postfix does not ask",
         [](Facts& facts) {
             facts.daemon.listeners.push_back({"127.0.0.1:9000", "QUERY", "Connection refused", ""});
         },
         Severity::problem, "Nobody answers on 127.0.0.1:9000: Connection refused", "systemctl start"},
        {"no control socket",
         [](Facts& facts) { facts.daemon.status = Error(ErrorKind::system, "no such socket"); },
         Severity::note, "no such socket", ""},
        {"an old daemon still runs", [](Facts& facts) { (*facts.daemon.status)->version = "0.0.9"; },
         Severity::warning, "tlspolicyd 0.0.9 runs, and this is tlspolicy 0.1.0", "systemctl restart"},
        {"its clock is wrong",
         [](Facts& facts) { (*facts.daemon.status)->ahead = std::chrono::seconds(-90); }, Severity::warning,
         "90 seconds apart", "set-ntp"},
        {"not root", [](Facts& facts) { facts.root = false; }, Severity::unknown, "not root", "as root"},
        {"no Postfix",
         [](Facts& facts) { facts.postfix = Error(ErrorKind::system, "there is no program postconf"); },
         Severity::unknown, "there is no program postconf", "--postconf"},
    };
    for (const auto& example : examples)
        check(example);
}

TEST_CASE("a clock that differs by what asking takes is right") {
    Facts facts = sound();
    (*facts.daemon.status)->ahead = std::chrono::seconds(-5);
    CHECK(exit_of(judge(facts)) == Exit::fine);
}

TEST_CASE("what is wrong with the network is told") {
    const Example examples[] = {
        {"no answer", [](Facts& facts) { facts.validates = Error(ErrorKind::dns, "NS .: no answer"); },
         Severity::problem, "The resolver does not answer: NS .: no answer", "dig NS ."},
        {"no resolver at all",
         [](Facts& facts) {
             facts.daemon_name_servers = Error(ErrorKind::system, "No such file or directory");
         },
         Severity::problem, "tlspolicyd has no resolver", "nameserver"},
        {"no validation, but DANE", [](Facts& facts) { facts.validates = false; }, Severity::problem,
         "Postfix is to do DANE, but the resolver does not validate", "trust_ad"},
        {"no validation, and no DANE",
         [](Facts& facts) {
             facts.validates = false;
             set_tables(facts, {server_table("socketmap:inet:127.0.0.1:8461:postfix")});
         },
         Severity::note, "does not validate", ""},
        {"the record cannot be looked up",
         [](Facts& facts) {
             facts.egress->has_record = false;
             facts.egress->dns_failure = "SERVFAIL";
         },
         Severity::problem, "The record of gmail.com cannot be looked up: SERVFAIL",
         "dig TXT _mta-sts.gmail.com"},
        {"the record is hidden", [](Facts& facts) { facts.egress->has_record = false; }, Severity::warning,
         "_mta-sts.gmail.com has no record", "--probe"},
        {"HTTPS does not get out", [](Facts& facts) { facts.egress->fetch_failure = "connect: timed out"; },
         Severity::problem, "The policy of gmail.com cannot be fetched: connect: timed out", "port 443"},
        {"the certificate is not trusted",
         [](Facts& facts) {
             facts.egress->fetch_failure = "unable to get local issuer certificate";
             facts.egress->webpki = true;
         },
         Severity::problem, "unable to get local issuer", "ca-certificates"},
        {"something else is served", [](Facts& facts) { facts.egress->policy_failure = "line 1: odd"; },
         Severity::warning, "no policy: line 1: odd", "--probe"},
        {"nobody keeps the clock", [](Facts& facts) { facts.clock_synchronised = false; }, Severity::note,
         "clock", "set-ntp"},
    };
    for (const auto& example : examples)
        check(example);
}

TEST_CASE("what is wrong with levels and other settings of Postfix is told") {
    const Example examples[] = {
        {"empty", [](Facts& facts) { set(facts, "smtp_tls_security_level", ""); }, Severity::problem,
         "smtp_tls_security_level is empty", "postconf smtp_tls_security_level=may"},
        {"none", [](Facts& facts) { set(facts, "smtp_tls_security_level", "none"); }, Severity::problem,
         "smtp_tls_security_level is none", "postconf smtp_tls_security_level=may"},
        {"rubbish", [](Facts& facts) { set(facts, "smtp_tls_security_level", "mey"); }, Severity::problem,
         "mey, which is no level", "postconf smtp_tls_security_level=may"},
        {"encrypt", [](Facts& facts) { set(facts, "smtp_tls_security_level", "encrypt"); }, Severity::note,
         "smtp_tls_security_level is encrypt", ""},
        {"secure", [](Facts& facts) { set(facts, "smtp_tls_security_level", "secure"); }, Severity::note,
         "smtp_tls_security_level is secure", ""},
        {"the old way",
         [](Facts& facts) {
             set(facts, "smtp_tls_security_level", "");
             set(facts, "smtp_use_tls", "yes");
         },
         Severity::note, "smtp_use_tls", "postconf -X smtp_use_tls"},
        {"the old strict way",
         [](Facts& facts) {
             set(facts, "smtp_tls_security_level", "");
             set(facts, "smtp_enforce_tls", "yes");
         },
         Severity::warning, "smtp_enforce_tls", "postconf -X smtp_enforce_tls"},
        {"per_site", [](Facts& facts) { set(facts, "smtp_tls_per_site", "hash:/etc/old"); },
         Severity::warning, "smtp_tls_per_site is ignored", "postconf -X smtp_tls_per_site"},
        {"loglevel", [](Facts& facts) { set(facts, "smtp_tls_loglevel", "0"); }, Severity::note,
         "smtp_tls_loglevel is 0", "postconf smtp_tls_loglevel=1"},
        {"patterns", [](Facts& facts) { set(facts, "smtp_tls_enforce_sts_mx_patterns", "no"); },
         Severity::warning, "smtp_tls_enforce_sts_mx_patterns", "=yes"},
        {"reuse without tlsproxy", [](Facts& facts) { set(facts, "smtp_tls_connection_reuse", "yes"); },
         Severity::problem, "no service tlsproxy", "smtp_tls_connection_reuse=no"},
        {"relayhost", [](Facts& facts) { set(facts, "relayhost", "[relay.example]"); }, Severity::warning,
         "relayhost is [relay.example]", "delivers to the internet"},
        {"transport_maps", [](Facts& facts) { set(facts, "transport_maps", "hash:/etc/t"); }, Severity::note,
         "transport_maps may send", ""},
        {"more instances", [](Facts& facts) { set(facts, "multi_instance_directories", "/etc/postfix-out"); },
         Severity::note, "/etc/postfix-out", "--config-directory"},
        {"another client",
         [](Facts& facts) {
             postfix_of(facts).service_settings = {{"relay/unix", "smtp_tls_policy_maps", "texthash:/etc/p"}};
         },
         Severity::note, "relay/unix/smtp_tls_policy_maps", ""},
        {"no version", [](Facts& facts) { postfix_of(facts).version.reset(); }, Severity::unknown,
         "does not tell the version", ""},
    };
    for (const auto& example : examples)
        check(example);
}

TEST_CASE("what is wrong with the trusted authorities is told") {
    const Example examples[] = {
        {"none", [](Facts& facts) { postfix_of(facts).ca_file.reset(); }, Severity::problem,
         "smtp_tls_CAfile and smtp_tls_CApath are empty",
         "postconf smtp_tls_CAfile=/etc/ssl/certs/ca-certificates.crt"},
        {"none on this system",
         [](Facts& facts) {
             postfix_of(facts).ca_file.reset();
             postfix_of(facts).system_roots.clear();
         },
         Severity::problem, "are empty", "Install the trusted authorities"},
        {"another instance",
         [](Facts& facts) {
             postfix_of(facts).ca_file.reset();
             postfix_of(facts).config_given = true;
         },
         Severity::problem, "are empty", "postconf -c /etc/postfix smtp_tls_CAfile="},
        {"unreadable",
         [](Facts& facts) {
             postfix_of(facts).ca_file = Roots{"No such file", 0};
         },
         Severity::problem, "/etc/ca.pem, cannot be read: No such file", "postconf smtp_tls_CAfile="},
        {"without certificates",
         [](Facts& facts) {
             postfix_of(facts).ca_file = Roots{"", 0};
         },
         Severity::problem, "/etc/ca.pem, holds no certificate", "postconf smtp_tls_CAfile="},
        {"a directory outside the chroot, alone",
         [](Facts& facts) {
             set(facts, "smtp_tls_CApath", "/etc/certs");
             postfix_of(facts).ca_file.reset();
             postfix_of(facts).ca_path = Roots{"No such file", 0};
         },
         Severity::problem, "/var/spool/postfix/etc/certs", "postconf smtp_tls_CAfile="},
        {"a directory without hashed names beside a file",
         [](Facts& facts) {
             set(facts, "smtp_tls_CApath", "/etc/certs");
             postfix_of(facts).services = {smtp_service("n")};
             postfix_of(facts).ca_path = Roots{"", 0};
         },
         Severity::warning, "/etc/certs has no authorities", "postconf -X smtp_tls_CApath"},
    };
    for (const auto& example : examples)
        check(example);

    Facts facts = sound();
    postfix_of(facts).ca_file.reset();
    set(facts, "tls_append_default_CA", "yes");
    const auto findings = judge(facts);
    CHECK(std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return holds(finding.why, "tls_append_default_CA does not help");
    }));
}

TEST_CASE("what is wrong with Postfix's DNS is told") {
    const Example examples[] = {
        {"no DNSSEC", [](Facts& facts) { set(facts, "smtp_dns_support_level", ""); }, Severity::problem,
         "smtp_dns_support_level is empty, but DANE needs dnssec", "postconf smtp_dns_support_level=dnssec"},
        {"no DNS", [](Facts& facts) { set(facts, "smtp_host_lookup", "native"); }, Severity::problem,
         "smtp_host_lookup", "postconf smtp_host_lookup=dns"},
        {"ignored errors", [](Facts& facts) { set(facts, "ignore_mx_lookup_error", "yes"); },
         Severity::problem, "ignore_mx_lookup_error", "=no"},
        {"search domains", [](Facts& facts) { set(facts, "smtp_dns_resolver_options", "res_defnames"); },
         Severity::problem, "smtp_dns_resolver_options", "postconf -X smtp_dns_resolver_options"},
        {"disabled, without DANE",
         [](Facts& facts) {
             set(facts, "smtp_dns_support_level", "disabled");
             set_tables(facts, {server_table("socketmap:inet:127.0.0.1:8461:postfix")});
         },
         Severity::note, "smtp_dns_support_level is disabled", ""},
        {"another resolver in the chroot",
         [](Facts& facts) {
             postfix_of(facts).name_servers =
                 std::vector<dns::NameServer>{{IpAddress::v4({192, 0, 2, 53}), 5353}};
         },
         Severity::warning,
         "192.0.2.53:5353 (by /var/spool/postfix/etc/resolv.conf), and tlspolicyd 127.0.0.1",
         "cp /etc/resolv.conf /var/spool/postfix/etc/resolv.conf"},
        {"no resolv.conf in the chroot",
         [](Facts& facts) {
             postfix_of(facts).name_servers = Error(ErrorKind::system, "No such file or directory");
             facts.daemon_name_servers = std::vector<dns::NameServer>{{IpAddress::v4({192, 0, 2, 53})}};
         },
         Severity::warning, "No such file or directory", "cp /etc/resolv.conf"},
    };
    for (const auto& example : examples)
        check(example);

    Facts same = sound();  // without the file the resolver is this machine, which is what the daemon asks
    postfix_of(same).name_servers = Error(ErrorKind::system, "No such file or directory");
    CHECK(exit_of(judge(same)) == Exit::fine);
}

}  // namespace
}  // namespace tlspolicy::cli::doctor
