#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

void judge_level(const PostfixFacts& postfix, Findings& findings) {
    constexpr std::string_view name = "smtp_tls_security_level";
    const std::string level = postfix.value(name);
    if (level == "may" || level == "dane") {
        findings.push_back(fine(fmt::format("{} is {}", name, level)));
        return;
    }
    const std::string fix = postconf_line(postfix, name, "may");
    if (level.empty() && postfix.value("smtp_enforce_tls") == "yes")
        findings.push_back({Severity::warning,
                            "smtp_enforce_tls is on, the old way to say that all must do TLS",
                            "Mail to a destination without TLS is deferred, whether it has a policy or not.",
                            fix + "; " + postconf_without(postfix, "smtp_enforce_tls"), "postconf(5)"});
    else if (level.empty() && postfix.value("smtp_use_tls") == "yes")
        findings.push_back({Severity::note, "smtp_use_tls is on, the old way to set smtp_tls_security_level",
                            "", fix + "; " + postconf_without(postfix, "smtp_use_tls"), "postconf(5)"});
    else if (level.empty() || level == "none")
        findings.push_back({Severity::problem, fmt::format("{} is {}", name, level.empty() ? "empty" : level),
                            "Mail to all destinations without a policy goes out in plain text, even where "
                            "the other side offers "
                            "TLS.",
                            fix, "postconf(5)"});
    else if (level == "encrypt" || level == "verify" || level == "secure" || level == "dane-only"
             || level == "fingerprint")
        findings.push_back(
            {Severity::note, fmt::format("{} is {}", name, level),
             "That is asked of every destination, those without a policy too: mail to servers that "
             "cannot do it is deferred. Where that is not meant: may.",
             "", "postconf(5)"});
    else
        findings.push_back({Severity::problem, fmt::format("{} is {}, which is no level", name, level),
                            "smtp(8) ends with an error, and no mail goes out.", fix, "postconf(5)"});
}

bool has_service(const PostfixFacts& postfix, std::string_view name) {
    return std::any_of(postfix.services.begin(), postfix.services.end(),
                       [&](const postfix::Service& service) { return service.name == name; });
}

void judge_side_settings(const PostfixFacts& postfix, Findings& findings) {
    if (!postfix.value("smtp_tls_per_site").empty())
        findings.push_back(
            {Severity::warning, "smtp_tls_per_site is ignored, because smtp_tls_policy_maps is set",
             "It is the older of the two, and Postfix takes no notice of it beside the newer one.",
             "Move its entries to a table in front of tlspolicyd in smtp_tls_policy_maps, then: "
                 + postconf_without(postfix, "smtp_tls_per_site"),
             "postconf(5)"});
    if (postfix.value("smtp_tls_loglevel") == "0")
        findings.push_back({Severity::note, "smtp_tls_loglevel is 0",
                            "The log does not say whether a connection was verified.",
                            postconf_line(postfix, "smtp_tls_loglevel", "1")});
    if (postfix.value("smtp_tls_enforce_sts_mx_patterns") == "no")
        findings.push_back({Severity::warning, "smtp_tls_enforce_sts_mx_patterns is no",
                            "The certificate of one mail server of a policy is then good for all its others.",
                            postconf_line(postfix, "smtp_tls_enforce_sts_mx_patterns", "yes"),
                            "RFC 8461, 4.1"});
    if (postfix.value("smtp_tls_connection_reuse") == "yes" && !has_service(postfix, "tlsproxy"))
        findings.push_back({Severity::problem,
                            "smtp_tls_connection_reuse is on, but master.cf has no service tlsproxy",
                            "TLS connections are left to that service: without it there are none.",
                            postconf_line(postfix, "smtp_tls_connection_reuse", "no"), "postconf(5)"});
}

void judge_ways(const PostfixFacts& postfix, Findings& findings) {
    const std::string relay = postfix.value("relayhost");
    if (!relay.empty())
        findings.push_back(
            {Severity::warning, "relayhost is " + relay,
             "Postfix asks for the policy of the next hop: here it is that of the relay, and never "
             "that of the recipient's domain.",
             "Run tlspolicyd on the machine that delivers to the internet.", "RFC 8461, 3.4"});
    std::string others;
    for (const std::string_view name : {"transport_maps", "sender_dependent_relayhost_maps",
                                        "sender_dependent_default_transport_maps", "default_transport"}) {
        const std::string value = postfix.value(name);
        if (value.empty() || (name == "default_transport" && value == "smtp")) continue;
        others += (others.empty() ? "" : ", ") + std::string(name);
    }
    if (!others.empty())
        findings.push_back({Severity::note,
                            others + " may send mail elsewhere than to its domain's mail servers",
                            "Postfix asks for the policy of where it is sent."});
    if (!postfix.value("multi_instance_directories").empty())
        findings.push_back({Severity::note,
                            "Postfix has more instances: " + postfix.value("multi_instance_directories"),
                            "This is about the one of " + postfix.config_directory + ".",
                            "Look at each: tlspolicy doctor --config-directory DIR"});
}

void judge_other_clients(const PostfixFacts& postfix, Findings& findings) {
    std::string settings;
    for (const auto& setting : postfix.service_settings)
        settings += (settings.empty() ? "" : ", ") + fmt::format("{}/{}", setting.service, setting.name);
    if (!settings.empty())
        findings.push_back({Severity::note,
                            "Services of master.cf have TLS settings of their own: " + settings,
                            "These are not looked at here."});
}

}  // namespace

void judge_levels(const PostfixFacts& postfix, Findings& findings) {
    judge_level(postfix, findings);
    judge_side_settings(postfix, findings);
    judge_ways(postfix, findings);
    judge_other_clients(postfix, findings);
}

}  // namespace tlspolicy::cli::doctor
