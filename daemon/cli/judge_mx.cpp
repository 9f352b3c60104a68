#include "cli/judge_mx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

namespace tlspolicy::cli {
namespace {

void add(std::vector<Finding>& all, std::vector<Finding> some) {
    std::move(some.begin(), some.end(), std::back_inserter(all));
}

Finding no_name_of_a_host(const inquiry::Survey& survey, const std::string& name) {
    return {Severity::problem,
            fmt::format("an MX record of {} names {}, which is not the name of a host", survey.domain.text(),
                        name),
            "The MX record must name a host, by its full name: to an address or a single label senders do "
            "not deliver.",
            "Let it name a host that has an address (A, AAAA), or remove it.", "RFC 5321, 5.1"};
}

/// Those that would need a look, and did not get one.
std::vector<Finding> judge_unseen(const inquiry::Survey& survey) {
    std::vector<Finding> unseen;
    for (const inquiry::SurveyedHost& host : survey.hosts)
        if (!host.looked_at && Domain::parse(host.name))
            unseen.push_back(
                {Severity::unknown,
                 fmt::format("{} was not looked at: too many mail hosts stand before it", host.name),
                 "A few mail hosts are enough; most senders do not try so many.", "", ""});
    return few(std::move(unseen), "mail hosts that were not looked at");
}

struct Coverage {
    std::vector<Finding> good = {};
    std::vector<Finding> bad = {};
};

void judge_one(const std::string& name, const Domain& host, const sts::Policy& policy, Severity grave,
               Coverage& coverage) {
    for (const auto& pattern : policy.mx) {
        if (!pattern.matches(host)) continue;
        coverage.good.push_back({Severity::ok, fmt::format("{} is covered by mx: {}", name, pattern.text()),
                                 "", "", "RFC 8461, 4.1"});
        return;
    }
    coverage.bad.push_back(
        {grave, fmt::format("{} is a mail host of the domain, and no mx line of the policy covers it", name),
         "Senders that follow an enforce policy do not deliver to it.",
         fmt::format("Add \"mx: {}\" to the policy and then change the record's id; or remove the MX record.",
                     name),
         "RFC 8461, 4.1"});
}

std::vector<Finding> judge_patterns(const std::vector<Domain>& hosts, const sts::Policy& policy) {
    std::vector<Finding> unused;
    for (const auto& pattern : policy.mx) {
        const bool used = std::any_of(hosts.begin(), hosts.end(),
                                      [&](const Domain& host) { return pattern.matches(host); });
        if (used) continue;
        unused.push_back({Severity::warning,
                          fmt::format("mx: {} covers none of the domain's mail hosts", pattern.text()),
                          "Either it is a mistake in writing, or a host that is no more.",
                          "Correct or remove the line, and then change the record's id.", "RFC 8461, 4.1"});
    }
    return few(std::move(unused), "mx lines that cover none of the mail hosts");
}

}  // namespace

std::vector<Finding> judge_mx(const inquiry::Survey& survey) {
    const auto domain = survey.domain.text();
    if (survey.mx == dane::MxState::failed)
        return {{Severity::unknown,
                 fmt::format("the mail hosts of {} could not be looked up: {}", domain, survey.mx_why), "",
                 "Ask again; if it stays so, look at the name servers of the domain.", ""}};
    if (survey.mx == dane::MxState::no_mail)
        return {{Severity::problem,
                 fmt::format("{} takes no mail: it does not exist, or has a null MX", domain),
                 "A policy is for domains that take mail.", "", "RFC 7505"}};
    std::vector<Finding> wrong;
    for (const inquiry::SurveyedHost& host : survey.hosts)
        if (!Domain::parse(host.name)) wrong.push_back(no_name_of_a_host(survey, host.name));
    auto findings = few(std::move(wrong), "MX records that name no host");
    add(findings, judge_unseen(survey));
    return findings;
}

std::vector<Finding> judge_coverage(const inquiry::Survey& survey, const sts::Policy& policy,
                                    Severity grave) {
    if (survey.hosts.empty()) return {};  // judge_mx() says why
    Coverage coverage;
    std::vector<Domain> hosts;
    for (const inquiry::SurveyedHost& host : survey.hosts) {
        const auto name = Domain::parse(host.name);
        if (!name) continue;
        hosts.push_back(*name);
        judge_one(host.name, *name, policy, grave, coverage);
    }
    auto findings = few(std::move(coverage.good), "mail hosts that the policy covers");
    add(findings, few(std::move(coverage.bad), "mail hosts that no mx line of the policy covers"));
    add(findings, judge_patterns(hosts, policy));
    return findings;
}

}  // namespace tlspolicy::cli
