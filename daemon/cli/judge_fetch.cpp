#include "cli/judge_fetch.hpp"

#include "cli/judge_certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tlspolicy::cli {
namespace {

using https::AttemptTrace;
using https::Stage;

constexpr std::string_view source = "RFC 8461, 3.3";

std::string policy_host(const inquiry::Survey& survey) {
    return fmt::format("mta-sts.{}", survey.domain.text());
}

std::string file_at(std::string_view host) {
    return fmt::format("https://{}/.well-known/mta-sts.txt", host);
}

std::string fix_for_answer(unsigned status, std::string_view host) {
    if (status >= 300 && status < 400)
        return fmt::format("Serve the policy itself at {}: senders do not follow redirects.", file_at(host));
    if (status == 200)
        return "Have the web server send the file as it is, with \"Content-Type: text/plain\".";
    return fmt::format("Put the policy where it is asked for: {}.", file_at(host));
}

std::string fix_for(const AttemptTrace& attempt, std::string_view host) {
    switch (attempt.reached) {
        case Stage::refused:
            return "Publish a public address; to look from within, use --allow-address.";
        case Stage::unreachable:
            return "Run this from a machine that has IPv4 and IPv6.";
        case Stage::connect:
            return "Have the web server listen there on port 443, and let no firewall stand in the way.";
        case Stage::handshake:
            return fmt::format("Have the web server speak TLS 1.2 or 1.3 with common ciphers for {}.", host);
        case Stage::certificate:
            return fmt::format(
                "Have the web server present a certificate of a public authority for {}, with "
                "its whole chain.",
                host);
        case Stage::response:
            return "Look into the web server's log: it is to send the whole file within ten seconds.";
        case Stage::answered:
            return fix_for_answer(attempt.http_status, host);
    }
    return "";
}

/// What a host says is definite; that nothing came may be the way from here.
Severity severity_of(const AttemptTrace& attempt) {
    switch (attempt.reached) {
        case Stage::unreachable:
        case Stage::connect:
            return Severity::unknown;
        case Stage::handshake:
        case Stage::response:
            return attempt.timed_out && attempt.http_status == 0 ? Severity::unknown : Severity::problem;
        case Stage::refused:
        case Stage::certificate:
        case Stage::answered:
            break;
    }
    return Severity::problem;
}

std::string consequence(Stage reached) {
    switch (reached) {
        case Stage::refused:
            return "Senders do not connect to addresses that are not public.";
        case Stage::unreachable:
            return "There is no way there from this machine, which says nothing of the host.";
        case Stage::connect:
        case Stage::handshake:
        case Stage::certificate:
        case Stage::response:
        case Stage::answered:
            break;
    }
    return "Without it the record is of no use; senders go on with a policy that they know until it ends.";
}

/// Why there is no policy to be had, the faults of a certificate aside.
Finding judge_failure(const inquiry::Survey& survey, const AttemptTrace* attempt) {
    const Error error = survey.policy.body.error();
    const std::string host = policy_host(survey);
    Finding finding{Severity::unknown, fmt::format("the policy could not be fetched: {}", error.message()),
                    consequence(Stage::connect),
                    "Ask again; if it stays so, look at the name servers of the domain.",
                    std::string(source)};
    if (attempt != nullptr) {
        finding.severity = severity_of(*attempt);
        finding.why = consequence(attempt->reached);
        finding.fix = fix_for(*attempt, host);
    } else if (error.message().ends_with("has no address")) {
        finding.severity = Severity::problem;
        finding.fix =
            fmt::format("Publish addresses (A, AAAA) of {}, and serve {} there.", host, file_at(host));
    }
    return finding;
}

/// An address of several that failed, beside the one that the outcome speaks of.
Finding judge_failed_address(const AttemptTrace& attempt, const inquiry::Survey& survey) {
    const std::string host = policy_host(survey);
    const bool no_way = attempt.reached == Stage::unreachable;
    return {no_way ? Severity::note : Severity::warning,
            fmt::format("{} [{}]: {}", host, attempt.address.text(), attempt.failure->message()),
            survey.policy.body ? "Another address has the policy, but not every sender tries them all." : "",
            no_way ? "" : "Have all addresses serve the policy, or remove this one.", std::string(source)};
}

Finding judge_other_text(const AttemptTrace& attempt, const std::string& host) {
    return {Severity::warning,
            fmt::format("{} [{}]: another policy than at other addresses", host, attempt.address.text()),
            "Which one a sender gets is chance.", "Have all addresses serve the same file.",
            std::string(source)};
}

/// Addresses other than the one that the outcome speaks of.
std::vector<Finding> judge_others(const inquiry::Survey& survey, const AttemptTrace* chosen) {
    const std::string host = policy_host(survey);
    std::vector<Finding> findings;
    for (const AttemptTrace& attempt : survey.policy.attempts) {
        if (&attempt == chosen) continue;
        if (attempt.failure) {
            findings.push_back(judge_failed_address(attempt, survey));
            continue;
        }
        if (attempt.body != chosen->body) findings.push_back(judge_other_text(attempt, host));
        if (chosen->chain.empty() || attempt.chain.empty()
            || attempt.chain.front().der != chosen->chain.front().der)
            for (auto& finding : judge_certificate(attempt.chain, {}, Presenter::policy_host,
                                                   fmt::format("{} [{}]", host, attempt.address.text()),
                                                   survey.now, Severity::warning))
                findings.push_back(std::move(finding));
    }
    if (survey.policy.left_out > 0)
        findings.push_back(
            {Severity::unknown,
             fmt::format("further addresses of {} were not looked at: {}", host, survey.policy.left_out),
             "Few senders try so many.", "", ""});
    return findings;
}

}  // namespace

std::vector<Finding> judge_fetch(const inquiry::Survey& survey) {
    const auto& policy = survey.policy;
    const AttemptTrace* const chosen = https::decisive(policy.attempts);
    const std::string host = policy_host(survey);
    const bool announced = !survey.record || !std::holds_alternative<engine::Absent>(*survey.record);
    if (!policy.body && chosen == nullptr && !announced) return {};  // neither record nor host
    std::vector<Finding> findings;
    if (policy.body)
        findings.push_back({Severity::ok,
                            fmt::format("the policy is served by {} as text/plain, with {}", host,
                                        chosen == nullptr ? "TLS" : chosen->tls_version),
                            "", "", std::string(source)});
    if (chosen != nullptr)
        for (auto& finding : judge_certificate(chosen->chain, policy.faults, Presenter::policy_host, host,
                                               survey.now, Severity::problem))
            findings.push_back(std::move(finding));
    // A certificate's faults are told each with its fix.
    if (!policy.body && policy.faults.empty()) findings.push_back(judge_failure(survey, chosen));
    for (auto& finding : judge_others(survey, chosen))
        findings.push_back(std::move(finding));
    return findings;
}

}  // namespace tlspolicy::cli
