#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"

#include <fmt/format.h>

namespace tlspolicy::cli::doctor {
namespace {

/// What Postfix needs for DANE (smtp_tls_policy.c, dane_init()).
void judge_support(const PostfixFacts& postfix, Findings& findings) {
    constexpr std::string_view why =
        "Postfix then defers the mail of domains that tlspolicyd says do DANE (\"dane-only\"), and checks no "
        "certificate where it says \"dane\".";
    const std::string support = postfix.value("smtp_dns_support_level");
    bool sound = true;
    const auto wrong = [&](std::string what, std::string fix) {
        findings.push_back(
            {Severity::problem, std::move(what), std::string(why), std::move(fix), "postconf(5)"});
        sound = false;
    };
    if (support != "dnssec")
        wrong(fmt::format("smtp_dns_support_level is {}, but DANE needs dnssec",
                          support.empty() ? "empty" : support),
              postconf_line(postfix, "smtp_dns_support_level", "dnssec"));
    if (postfix.knows("smtp_host_lookup")
        && postfix.value("smtp_host_lookup").find("dns") == std::string::npos)
        wrong("smtp_host_lookup is without dns, which DANE needs",
              postconf_line(postfix, "smtp_host_lookup", "dns"));
    if (postfix.value("ignore_mx_lookup_error") == "yes")
        wrong("ignore_mx_lookup_error is on, with which Postfix does no DANE",
              postconf_line(postfix, "ignore_mx_lookup_error", "no"));
    if (!postfix.value("smtp_dns_resolver_options").empty())
        wrong("smtp_dns_resolver_options completes names, with which Postfix does no DANE",
              postconf_without(postfix, "smtp_dns_resolver_options"));
    if (sound) findings.push_back(fine("smtp_dns_support_level is dnssec, as DANE needs"));
}

void judge_servers(const PostfixFacts& postfix, const Facts& facts, Findings& findings) {
    if (!postfix.name_servers || !facts.daemon_name_servers || !*facts.daemon_name_servers) return;
    const auto& daemon = **facts.daemon_name_servers;
    const auto& own = *postfix.name_servers;
    const std::vector<dns::NameServer> none = {{IpAddress::v4({127, 0, 0, 1})}};  // resolv.conf(5)
    if (daemon == (own ? *own : none)) return;
    const Severity severity = does_dane(postfix, facts.daemon) ? Severity::warning : Severity::note;
    const std::string copy =
        smtp_is_chrooted(postfix)
            ? fmt::format("cp /etc/resolv.conf {}, then postfix reload", postfix.resolv_conf)
            : fmt::format("Set dns: {{servers: []}} in {}, or change {}.", facts.daemon.file,
                          postfix.resolv_conf);
    findings.push_back(
        {severity,
         own ? fmt::format("Postfix asks the resolver {} (by {}), and tlspolicyd {}", names_of(*own),
                           postfix.resolv_conf, names_of(daemon))
             : fmt::format("Postfix asks this machine for names, because of {} ({}), and tlspolicyd asks {}",
                           postfix.resolv_conf, own.error().message(), names_of(daemon)),
         "One may validate or answer where the other does not, and mail is deferred for what they "
         "do not agree on.",
         copy});
}

}  // namespace

void judge_postfix_dns(const PostfixFacts& postfix, const Facts& facts, Findings& findings) {
    if (does_dane(postfix, facts.daemon))
        judge_support(postfix, findings);
    else if (postfix.value("smtp_dns_support_level") == "disabled")
        findings.push_back(
            {Severity::note, "smtp_dns_support_level is disabled",
             "Postfix delivers to the names and addresses that it is told only: to no domain by its MX "
             "records."});
    judge_servers(postfix, facts, findings);
    if (!facts.validates || !*facts.validates || **facts.validates) return;
    if (does_dane(postfix, facts.daemon))
        findings.push_back(
            {Severity::problem,
             "Postfix is to do DANE, but the resolver does not validate DNSSEC, or is not believed",
             "No domain is taken to do DANE, and mail that could be safe by it is not.",
             "Run a validating resolver on this machine (apt install unbound; nameserver 127.0.0.1 first in "
             "/etc/resolv.conf), or, where yours validates and the way to it is safe, write dns: {trust_ad: "
             "yes} in "
                 + facts.daemon.file,
             "RFC 7672, 2.1"});
}

}  // namespace tlspolicy::cli::doctor
