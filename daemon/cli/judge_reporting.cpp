#include "cli/judge_reporting.hpp"

#include "tlsrpt/record.hpp"

#include <fmt/format.h>

#include <string>

namespace tlspolicy::cli {
namespace {

constexpr std::string_view source = "RFC 8460, 3";

Finding none_wanted(const std::string& name, const std::string& domain) {
    return {Severity::note, fmt::format("{} asks for no TLS reports", name),
            "Nobody will tell that delivery to this domain fails.",
            fmt::format("Publish a TXT record there, \"v=TLSRPTv1; rua=mailto:tlsrpt@{}\".", domain),
            std::string(source)};
}

}  // namespace

std::vector<Finding> judge_reporting(const inquiry::Survey& survey) {
    const std::string domain(survey.domain.text());
    const std::string name = "_smtp._tls." + domain;
    if (!survey.reporting)
        return {{Severity::unknown,
                 fmt::format("{} could not be looked up: {}", name, survey.reporting.error().message()), "",
                 "Ask again; if it stays so, look at the name servers of the domain.", ""}};
    const auto* texts = std::get_if<engine::TxtRecords>(&*survey.reporting);
    if (texts == nullptr) return {none_wanted(name, domain)};
    const auto found = tlsrpt::find_record(texts->texts);
    if (const auto* none = std::get_if<tlsrpt::NoRecord>(&found)) {
        if (!none->any) return {none_wanted(name, domain)};
        return {
            {Severity::warning, fmt::format("{}: {}", name, none->why),
             "Nobody sends reports to a record that is not valid.",
             fmt::format("Leave exactly one TXT record there, \"v=TLSRPTv1; rua=mailto:tlsrpt@{}\".", domain),
             std::string(source)}};
    }
    std::vector<Finding> skipped_ones;
    const auto& record = std::get<tlsrpt::Record>(found);
    for (const std::string& skipped : record.skipped)
        skipped_ones.push_back({Severity::warning,
                                fmt::format("{}: nobody can report to rua=\"{}\"", name, skipped), "",
                                "Write mailto:NAME@DOMAIN or https://HOST/PATH.", std::string(source)});
    auto findings = few(std::move(skipped_ones), "values of rua that nobody can report to");
    if (!record.uris.empty())
        findings.push_back({Severity::ok, fmt::format("TLS reports go to {}", fmt::join(record.uris, ", ")),
                            "", "", std::string(source)});
    return findings;
}

}  // namespace tlspolicy::cli
