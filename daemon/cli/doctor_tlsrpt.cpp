#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

constexpr unsigned enough_datagrams = 512;  // what systemd sets, where Linux has 10

void judge_collector(const PostfixFacts& postfix, Findings& findings) {
    const std::string name = postfix.value("smtp_tlsrpt_socket_name");
    if (name.empty()) {
        findings.push_back(
            {Severity::problem, "smtp_tlsrpt_enable is on, but smtp_tlsrpt_socket_name is empty",
             "Postfix then reports nothing.",
             postconf_line(postfix, "smtp_tlsrpt_socket_name", "run/tlsrpt/tlsrpt.sock"), "postconf(5)"});
        return;
    }
    std::string failure;
    if (postfix.mail_user)
        if (const auto found = barrier(postfix.tlsrpt_socket, *postfix.mail_user)) failure = *found;
    if (failure.empty()) failure = postfix.tlsrpt_failure;
    if (failure.empty())
        findings.push_back(fine("A collector takes the reports of Postfix on " + name));
    else
        findings.push_back({Severity::problem, fmt::format("Postfix cannot report to {}: {}", name, failure),
                            smtp_is_chrooted(postfix) ? fmt::format(
                                "What it reports is lost. In its chroot this path begins in {}.",
                                postfix.value("queue_directory"))
                                                      : "What it reports is lost.",
                            "Start the collector, and give its socket that path and the group "
                                + (postfix.mail_user ? postfix.mail_user->name : std::string("postfix")),
                            "postconf(5)"});
}

}  // namespace

void judge_tlsrpt(const PostfixFacts& postfix, const Facts& facts, Findings& findings) {
    if (postfix.value("smtp_tlsrpt_enable") != "yes") return;
    if (postfix.tlsrpt_built == false) {
        findings.push_back({Severity::problem,
                            "smtp_tlsrpt_enable is on, but this Postfix was built without TLS-RPT",
                            "Postfix then reports nothing.",
                            "Use a Postfix that was built with libtlsrpt, or: "
                                + postconf_without(postfix, "smtp_tlsrpt_enable"),
                            "TLSRPT_README"});
        return;
    }
    judge_collector(postfix, findings);
    const auto ours = our_tables(postfix, facts.daemon);
    const bool told = std::any_of(ours.begin(), ours.end(), [&](const TriedTable* table) {
        const auto* options = options_of(*table, postfix, facts.daemon);
        return options && options->tlsrpt;
    });
    if (!ours.empty() && !told)
        findings.push_back(
            {Severity::warning,
             "smtp_tlsrpt_enable is on, but the map that Postfix asks tells it nothing for reports",
             "Connections under an MTA-STS policy are then reported as if there were no policy.",
             "Ask a map with tlsrpt: true, such as QUERYwithTLSRPT.", "RFC 8460, 4.2"});
    if (facts.datagram_queue && *facts.datagram_queue < enough_datagrams)
        findings.push_back(
            {Severity::warning,
             fmt::format("net.unix.max_dgram_qlen is {}: so few reports wait for the collector",
                         *facts.datagram_queue),
             "Postfix does not wait either: in a burst of mail, reports are lost.",
             fmt::format(
                 "echo net.unix.max_dgram_qlen={} > /etc/sysctl.d/60-tlsrpt.conf; sysctl --system; then "
                 "restart the collector",
                 enough_datagrams),
             "unix(7)"});
}

}  // namespace tlspolicy::cli::doctor
