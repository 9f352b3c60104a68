#include "unit/cli/doctor_samples.hpp"

namespace tlspolicy::cli::doctor {
namespace {

/// A Postfix 3.10 that reports, to a collector that takes it.
void report(Facts& facts) {
    make_version(facts, 3, 10);
    set(facts, "smtp_tlsrpt_enable", "yes");
    set(facts, "smtp_tlsrpt_socket_name", "run/tlsrpt");
    PostfixFacts& postfix = postfix_of(facts);
    postfix.tlsrpt_built = true;
    postfix.tlsrpt_socket = {directory("/var/spool/postfix"),
                             socket_at("/var/spool/postfix/run/tlsrpt", 0666, 0)};
    set_tables(facts, {server_table("socketmap:inet:127.0.0.1:8461:QUERYwithTLSRPT")});
}

TEST_CASE("a Postfix that reports for TLS-RPT is judged by whether anything arrives") {
    const Example examples[] = {
        {"no socket named",
         [](Facts& facts) {
             report(facts);
             set(facts, "smtp_tlsrpt_socket_name", "");
         },
         Severity::problem, "smtp_tlsrpt_socket_name is empty", "postconf smtp_tlsrpt_socket_name="},
        {"built without",
         [](Facts& facts) {
             report(facts);
             postfix_of(facts).tlsrpt_built = false;
         },
         Severity::problem, "built without TLS-RPT", "postconf -X smtp_tlsrpt_enable"},
        {"no socket there",
         [](Facts& facts) {
             report(facts);
             postfix_of(facts).tlsrpt_socket.back() = missing("/var/spool/postfix/run/tlsrpt");
         },
         Severity::problem, "/var/spool/postfix/run/tlsrpt does not exist", "Start the collector"},
        {"nobody listens",
         [](Facts& facts) {
             report(facts);
             postfix_of(facts).tlsrpt_failure = "nobody listens there";
         },
         Severity::problem, "nobody listens there", "Start the collector"},
        {"closed to Postfix",
         [](Facts& facts) {
             report(facts);
             postfix_of(facts).tlsrpt_socket.back().mode = 0600;
         },
         Severity::problem, "has mode 0600", "the group postfix"},
        {"a map that tells nothing",
         [](Facts& facts) {
             report(facts);
             set_tables(facts, {server_table("socketmap:inet:127.0.0.1:8461:QUERY")});
         },
         Severity::warning, "tells it nothing for reports", "QUERYwithTLSRPT"},
        {"a short queue",
         [](Facts& facts) {
             report(facts);
             facts.datagram_queue = 10;
         },
         Severity::warning, "net.unix.max_dgram_qlen is 10", "net.unix.max_dgram_qlen=512 > /etc/sysctl.d/"},
    };
    for (const auto& example : examples)
        check(example);

    Facts facts = sound();
    report(facts);
    CHECK(exit_of(judge(facts)) == Exit::fine);
}

TEST_CASE("a short queue of datagrams concerns only those who report") {
    Facts facts = sound();
    facts.datagram_queue = 10;
    CHECK(exit_of(judge(facts)) == Exit::fine);
}

TEST_CASE("the whole, as an operator of a fresh machine sees it") {
    Facts facts = sound();
    facts.validates = false;
    facts.postfix = sound_postfix();
    set(facts, "smtp_tls_security_level", "");
    postfix_of(facts).ca_file.reset();
    set_tables(facts, {});
    const auto text = to_text(judge(facts), Palette(false), 80);
    CHECK(text
          == "ok: tlspolicyd 0.1.0 runs\n"
             "ok: tlspolicyd answers on 127.0.0.1:8461\n"
             "ok: Postfix 3.7.11, configured in /etc/postfix\n"
             "problem: smtp_tls_policy_maps is empty (postconf(5))\n"
             "    No policy is ever looked up.\n"
             "    To do: postconf smtp_tls_policy_maps=socketmap:inet:127.0.0.1:8461:postfix\n"
             "problem: smtp_tls_security_level is empty (postconf(5))\n"
             "    Mail to all destinations without a policy goes out in plain text, even where\n"
             "    the other side offers TLS.\n"
             "    To do: postconf smtp_tls_security_level=may\n"
             "problem: smtp_tls_CAfile and smtp_tls_CApath are empty (postconf(5))\n"
             "    Without trusted authorities Postfix can verify nobody, and defers the mail\n"
             "    of every domain with an MTA-STS policy.\n"
             "    To do: postconf smtp_tls_CAfile=/etc/ssl/certs/ca-certificates.crt\n"
             "note: The resolver does not validate DNSSEC, or is not believed\n"
             "    MTA-STS works all the same, DANE does not.\n"
             "ok: The policy of gmail.com can be fetched from here\n"
             "note: Postfix heeds what postconf changes after a reload\n"
             "    To do: postfix reload\n");
    CHECK(exit_of(judge(facts)) == Exit::problem);
}

}  // namespace
}  // namespace tlspolicy::cli::doctor
