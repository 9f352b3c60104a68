#include "cli/judge_hosts.hpp"

#include "cli/judge_certificate.hpp"
#include "tls/tlsa_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tlspolicy::cli {
namespace {

Finding ok(std::string what, std::string source) {
    return {Severity::ok, std::move(what), "", "", std::move(source)};
}

bool is_old(const std::string& version) {
    return version != "TLSv1.2" && version != "TLSv1.3";
}

/// Why a probe did not come to a handshake.
Finding judge_failure(const std::string& where, const smtp::Probed& probed, Severity grave) {
    const std::string why = probed.failure ? probed.failure->message() : "";
    switch (probed.step) {
        case smtp::Step::not_from_here:
            return {Severity::unknown, fmt::format("{}: no connection: {}", where, why),
                    "That is this machine's doing, and says nothing of the host.",
                    "Look at this machine's firewall and limits, or run this elsewhere.", ""};
        case smtp::Step::unreachable:
            return {Severity::unknown, fmt::format("{}: no way there from here: {}", where, why), "",
                    "Run this from a machine that has IPv4 and IPv6.", ""};
        case smtp::Step::timed_out:
            return {Severity::unknown, fmt::format("{}: no connection: {}", where, why),
                    "Many networks let no connection to port 25 out: then this says nothing of the host.",
                    "Run this from a mail server.", ""};
        case smtp::Step::refused:
            return {Severity::problem, fmt::format("{}: no connection: {}", where, why), "",
                    "See that the mail server listens there, or remove the address.", ""};
        case smtp::Step::greeting:
        case smtp::Step::ehlo:
            return {Severity::unknown, fmt::format("{}: {}", where, why), "",
                    "Look into the mail server's log.", ""};
        case smtp::Step::no_starttls:
            return {grave, fmt::format("{}: STARTTLS is not offered", where),
                    "Senders that follow an enforce policy do not deliver to this host.",
                    "Have the mail server offer STARTTLS (in Postfix, smtpd_tls_security_level = may and a "
                    "certificate). If it does, a firewall on the way hides it.",
                    "RFC 8461, 4.2"};
        case smtp::Step::starttls:
            return {grave, fmt::format("{}: STARTTLS is offered, but does not work: {}", where, why),
                    "Senders that follow an enforce policy do not deliver to this host.",
                    "Look into the mail server's log: most often it cannot read its key or certificate.",
                    "RFC 8461, 4.2"};
        case smtp::Step::handshake:
            return {grave, fmt::format("{}: no TLS: {}", where, why),
                    "Senders that follow an enforce policy do not deliver to this host.",
                    "Have the mail server speak TLS 1.2 or 1.3 with common ciphers.", "RFC 8461, 4.2"};
        case smtp::Step::done:
            break;
    }
    return {};
}

std::vector<Finding> judge_address(const inquiry::SurveyedHost& host, const inquiry::ProbedAddress& at,
                                   WallTime now, Severity grave) {
    const std::string where = fmt::format("{} [{}]", host.name, at.address.text());
    const auto& probed = at.probed;
    if (!at.refused.empty())
        return {{Severity::unknown, fmt::format("{}: not connected to: {}", where, at.refused), "",
                 "Publish a public address; to look from within, use --allow-address.", ""}};
    if (probed.step != smtp::Step::done) return {judge_failure(where, probed, grave)};
    std::vector<Finding> findings;
    if (is_old(probed.tls_version))
        findings.push_back({grave,
                            fmt::format("{}: {} is the newest that it speaks", where, probed.tls_version),
                            "TLS before 1.2 is given up (RFC 8996).",
                            "Have the mail server speak TLS 1.2 and 1.3.", "RFC 8461, 4.2"});
    for (auto& finding : judge_certificate(probed.chain, at.faults, Presenter::mail_host, where, now, grave))
        findings.push_back(std::move(finding));
    if (!findings.empty() || probed.chain.empty()) return findings;
    const auto& own = probed.chain.front();
    return {ok(fmt::format("{}: STARTTLS with {}, certificate good until {}", where, probed.tls_version,
                           own.not_after ? tls::date_text(*own.not_after) : "an unreadable date"),
               "RFC 8461, 4.2")};
}

Finding not_found(const inquiry::SurveyedHost& host) {
    std::string why = host.why;
    if (why.empty()) why = host.gaps.empty() ? "no definite answer" : host.gaps.front();
    return {Severity::unknown, fmt::format("{} could not be looked up: {}", host.name, why), "",
            "Ask again; if it stays so, look at the name servers of the host's domain.", ""};
}

/// What of a host's addresses stays in the dark.
std::vector<Finding> judge_unseen(const inquiry::SurveyedHost& host) {
    std::vector<Finding> findings;
    for (const std::string& gap : host.gaps)
        findings.push_back({Severity::unknown,
                            fmt::format("not all addresses of {} could be looked up: {}", host.name, gap),
                            "Senders may wait for the answer, or hold their mail back.",
                            "Ask again; if it stays so, look at the name servers of the host's domain.", ""});
    if (host.left_out > 0)
        findings.push_back(
            {Severity::unknown,
             fmt::format("{} has {} more address{}, which {} not connected to", host.name, host.left_out,
                         host.left_out == 1 ? "" : "es", host.left_out == 1 ? "was" : "were"),
             "Few senders try so many.", "", ""});
    return findings;
}

bool is_presented(const dane::Tlsa& record, const inquiry::ProbedAddress& at) {
    return tls::means(record, at.probed.chain);
}

Finding judge_match(const inquiry::SurveyedHost& host, const inquiry::ProbedAddress& at) {
    const std::string where = fmt::format("{} [{}]", host.name, at.address.text());
    const bool matches = std::any_of(host.tlsa.begin(), host.tlsa.end(),
                                     [&](const dane::Tlsa& record) { return is_presented(record, at); });
    if (matches) return ok(fmt::format("{}: the TLSA records match the certificate", where), "RFC 7672, 3.1");
    return {host.tlsa_secure ? Severity::problem : Severity::warning,
            fmt::format("{}: no TLSA record matches the certificate", where),
            host.tlsa_secure ? "Senders that do DANE do not deliver to this host." : "",
            fmt::format("Publish \"TLSA {}\" at _25._tcp.{}, or put the former key back. Before a change of "
                        "keys, publish the new record beside the old one.",
                        tls::recommended_tlsa(at.probed.chain.front()), host.name),
            "RFC 7672, 3.1"};
}

}  // namespace

Severity at_stake(const std::optional<sts::Policy>& policy) {
    return policy && policy->mode == sts::Mode::none ? Severity::warning : Severity::problem;
}

std::vector<Finding> judge_host(const inquiry::SurveyedHost& host, WallTime now, Severity grave) {
    if (host.dane == dane::HostState::no_addresses)
        return {{Severity::problem, fmt::format("{} has no address", host.name), "Nobody can deliver to it.",
                 "Publish its addresses (A, AAAA), or remove the MX record.", "RFC 5321, 5.1"}};
    if (host.addresses.empty()) return {not_found(host)};
    std::vector<Finding> findings;
    const bool any_reached =
        std::any_of(host.addresses.begin(), host.addresses.end(), [](const inquiry::ProbedAddress& at) {
            return at.refused.empty() && at.probed.step != smtp::Step::unreachable;
        });
    for (const inquiry::ProbedAddress& at : host.addresses)
        for (auto& finding : judge_address(host, at, now, grave)) {
            // A machine without IPv6 can still tell how the host does by IPv4.
            if (any_reached && at.probed.step == smtp::Step::unreachable) finding.severity = Severity::note;
            findings.push_back(std::move(finding));
        }
    for (auto& finding : judge_unseen(host))
        findings.push_back(std::move(finding));
    return findings;
}

std::vector<Finding> judge_hosts(const inquiry::Survey& survey, Severity grave) {
    std::vector<Finding> findings;
    for (const inquiry::SurveyedHost& host : survey.hosts) {
        if (!host.looked_at || !Domain::parse(host.name)) continue;  // judge_mx() tells of those
        for (auto& finding : judge_host(host, survey.now, grave))
            findings.push_back(std::move(finding));
        for (auto& finding : judge_tlsa(host))
            findings.push_back(std::move(finding));
    }
    return findings;
}

std::vector<Finding> judge_tlsa(const inquiry::SurveyedHost& host) {
    if (host.dane == dane::HostState::failed)
        return {{Severity::unknown,
                 fmt::format("the TLSA records of {} could not be looked up: {}", host.name, host.why),
                 "Senders that do DANE hold their mail back while that is so.",
                 "Look at the name servers of the host's domain.", "RFC 7672, 2.1"}};
    if (host.tlsa.empty()) return {};
    std::vector<Finding> findings;
    if (!host.tlsa_secure)
        findings.push_back(
            {Severity::note,
             fmt::format("{} has TLSA records without DNSSEC, as far as the resolver tells", host.name),
             "Senders do not heed them.",
             "Sign the zone, or remove them; if it is signed, ask a validating resolver on this "
             "machine (--resolver 127.0.0.1).",
             "RFC 7672, 2.2"});
    const auto unusable = std::count_if(host.tlsa.begin(), host.tlsa.end(),
                                        [](const dane::Tlsa& record) { return !dane::is_usable(record); });
    if (unusable > 0)
        findings.push_back({Severity::warning,
                            fmt::format("{} of {} TLSA records of {} cannot be used for SMTP", unusable,
                                        host.tlsa.size(), host.name),
                            "", "Publish records of the form \"3 1 1\" and a SHA-256 digest.",
                            "RFC 7672, 3.1"});
    if (unusable == static_cast<std::ptrdiff_t>(host.tlsa.size())) return findings;
    for (const inquiry::ProbedAddress& at : host.addresses)
        if (!at.probed.chain.empty()) findings.push_back(judge_match(host, at));
    return findings;
}

}  // namespace tlspolicy::cli
