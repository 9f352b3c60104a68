#include "cli/judge_certificate.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace tlspolicy::cli {
namespace {

std::string_view source_of(Presenter presenter) {
    switch (presenter) {
        case Presenter::policy_host:
            return "RFC 8461, 3.3";
        case Presenter::mail_host:
            return "RFC 8461, 4.2";
    }
    return "";
}

std::string_view consequence(Presenter presenter) {
    switch (presenter) {
        case Presenter::policy_host:
            return "Senders do not take a policy from this host, so new ones send without protection.";
        case Presenter::mail_host:
            return "Senders that follow an enforce policy do not deliver to this host.";
    }
    return "";
}

std::string_view full_chain(Presenter presenter) {
    switch (presenter) {
        case Presenter::policy_host:
            return "in nginx, ssl_certificate names the file with the whole chain";
        case Presenter::mail_host:
            return "in Postfix, smtpd_tls_chain_files or smtpd_tls_cert_file names the file with the whole "
                   "chain";
    }
    return "";
}

std::string incomplete_fix(const tls::Chain& chain, Presenter presenter) {
    std::string fix = fmt::format(
        "Have the server send the intermediate certificates after its own: {} (with ACME clients "
        "fullchain.pem, not cert.pem).",
        full_chain(presenter));
    if (chain.empty()) return fix;
    if (!chain.back().issuer_url.empty())
        fix += fmt::format(" The missing one is at {}.", chain.back().issuer_url);
    else
        fix += fmt::format(" If \"{}\" is a private authority, senders elsewhere will never trust it.",
                           chain.back().issuer);
    return fix;
}

std::string fix_for(const tls::ChainFault& fault, const tls::Chain& chain, Presenter presenter) {
    switch (fault.fault) {
        case tls::Fault::expired:
            return "Renew the certificate, have the server load it, and look why it was not renewed by "
                   "itself.";
        case tls::Fault::not_yet_valid:
            return "Use a certificate that is valid already; compare this machine's clock, too.";
        case tls::Fault::wrong_name:
            return presenter == Presenter::mail_host
                       ? "Have a certificate issued that holds the name of the MX record (not the mail "
                         "domain), or let the MX record name a host that the certificate is for."
                       : "Have a certificate issued that holds the name of the policy host.";
        case tls::Fault::self_signed:
            return "Have a certificate issued by a public certification authority, for instance with ACME.";
        case tls::Fault::incomplete:
            return incomplete_fix(chain, presenter);
        case tls::Fault::unknown_issuer:
            return "Use a certificate of an authority that senders trust. If this one is meant to be "
                   "trusted here, name its root with --ca-file.";
        case tls::Fault::other:
            return "Replace the certificate.";
    }
    return "";
}

std::string words_for(const tls::ChainFault& fault, const tls::Chain& chain) {
    if (fault.fault != tls::Fault::incomplete || chain.empty()) return fault.words;
    return fmt::format("incomplete certificate chain: the certificate of \"{}\", its issuer, is not sent",
                       chain.back().issuer);
}

}  // namespace

std::int64_t days_left(const tls::Certificate& certificate, WallTime now) {
    if (!certificate.not_after) return 0;
    return std::chrono::floor<std::chrono::days>(*certificate.not_after - now).count();
}

std::vector<Finding> judge_certificate(const tls::Chain& chain, std::span<const tls::ChainFault> faults,
                                       Presenter presenter, std::string_view where, WallTime now,
                                       Severity grave) {
    std::vector<Finding> findings;
    bool ended = false;
    for (const auto& fault : faults) {
        ended = ended || fault.fault == tls::Fault::expired;
        findings.push_back({grave, fmt::format("{}: {}", where, words_for(fault, chain)),
                            std::string(consequence(presenter)), fix_for(fault, chain, presenter),
                            std::string(source_of(presenter))});
    }
    if (ended || chain.empty() || !chain.front().not_after) return findings;
    const auto days = days_left(chain.front(), now);
    if (days < certificate_notice.count())
        findings.push_back({Severity::warning,
                            fmt::format("{}: the certificate ends on {}, in {} day{}", where,
                                        tls::date_text(*chain.front().not_after), days, days == 1 ? "" : "s"),
                            "Authorities renew certificates about 30 days before they end: this one should "
                            "have been.",
                            "Renew it, and look why it was not renewed by itself.", ""});
    return findings;
}

}  // namespace tlspolicy::cli
