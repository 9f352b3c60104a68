#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"

#include <fmt/format.h>

namespace tlspolicy::cli::doctor {
namespace {

void judge_resolver(const Facts& facts, Findings& findings) {
    if (facts.daemon_name_servers && !*facts.daemon_name_servers)
        findings.push_back(
            {Severity::problem, "tlspolicyd has no resolver: " + facts.daemon_name_servers->error().message(),
             "It can look up nothing.",
             fmt::format("Put a nameserver line into /etc/resolv.conf, or dns: {{servers: [...]}} into {}.",
                         facts.daemon.file)});
    if (!facts.validates) return;
    if (!*facts.validates)
        findings.push_back({Severity::problem,
                            "The resolver does not answer: " + facts.validates->error().message(),
                            "No policy can be looked up.",
                            "See whether it runs, and whether this machine reaches it: dig NS ."});
    else if (**facts.validates)
        findings.push_back(fine("The resolver validates DNSSEC"));
    else if (!facts.postfix || !*facts.postfix || !does_dane(**facts.postfix, facts.daemon))
        findings.push_back({Severity::note, "The resolver does not validate DNSSEC, or is not believed",
                            "MTA-STS works all the same, DANE does not."});
}

void judge_egress(const Egress& egress, const Facts& facts, Findings& findings) {
    const std::string record = "_mta-sts." + egress.domain;
    if (!egress.dns_failure.empty())
        findings.push_back(
            {Severity::problem,
             fmt::format("The record of {} cannot be looked up: {}", egress.domain, egress.dns_failure),
             "New policies are not learnt.", "Try: dig TXT " + record});
    else if (!egress.has_record)
        findings.push_back({Severity::warning, fmt::format("{} has no record by this resolver", record),
                            "A resolver that leaves out TXT records hides every policy.",
                            "Compare with another: dig TXT " + record
                                + " @9.9.9.9; or try a domain that you know to have one: --probe DOMAIN"});
    if (!egress.fetch_failure.empty())
        findings.push_back(
            {Severity::problem,
             fmt::format("The policy of {} cannot be fetched: {}", egress.domain, egress.fetch_failure),
             "New policies are not learnt, and known ones are not renewed.",
             egress.webpki
                 ? fmt::format(
                     "Install the trusted authorities (apt install ca-certificates), and see ca_file in {}. "
                     "A firewall that opens TLS looks like this, too.",
                     facts.daemon.file)
                 : fmt::format(
                     "Let this machine out to port 443 of the internet, or name a proxy in {} (fetch: "
                     "{{proxy: ...}}). Try: curl -I https://mta-sts.{}/.well-known/mta-sts.txt",
                     facts.daemon.file, egress.domain),
             "RFC 8461, 3.3"});
    else if (!egress.policy_failure.empty())
        findings.push_back(
            {Severity::warning,
             fmt::format("What {} publishes is no policy: {}", egress.domain, egress.policy_failure),
             "Either the domain is broken, or something between changes what it says.",
             "Try another domain: --probe DOMAIN"});
    else if (egress.dns_failure.empty() && egress.has_record)
        findings.push_back(fine(fmt::format("The policy of {} can be fetched from here", egress.domain)));
}

}  // namespace

void judge_network(const Facts& facts, Findings& findings) {
    judge_resolver(facts, findings);
    if (facts.egress) judge_egress(*facts.egress, facts, findings);
    if (facts.clock_synchronised == false)
        findings.push_back({Severity::note, "Nothing keeps the clock of this machine right (NTP)",
                            "With a wrong clock, valid certificates look expired and policies live too long.",
                            "timedatectl set-ntp true"});
}

}  // namespace tlspolicy::cli::doctor
