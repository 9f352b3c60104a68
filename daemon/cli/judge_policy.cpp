#include "cli/judge_policy.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "sts/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tlspolicy::cli {
namespace {

constexpr std::chrono::seconds shortest_sensible{86'400};
constexpr std::size_t max_age_digits = 10;
constexpr std::string_view grammar = "RFC 8461, 3.2";
constexpr std::string_view no_policy = "Senders take no policy of which a single line is wrong.";
constexpr std::string_view mend =
    "Correct it, and then change the record's id; tlspolicy publish writes a whole policy.";

Finding ok(std::string what, std::string source) {
    return {Severity::ok, std::move(what), "", "", std::move(source)};
}

std::string record_name(const inquiry::Survey& survey) {
    return fmt::format("_mta-sts.{}", survey.domain.text());
}

bool announces_nothing(const inquiry::Survey& survey) {
    return survey.record.has_value() && std::holds_alternative<engine::Absent>(*survey.record);
}

/// The digits of the first max_age, which the parser cuts at a year.
std::string_view max_age_text(const sts::Policy& policy) {
    for (const std::string_view line : policy.lines) {
        const std::size_t colon = line.find(':');
        if (line.substr(0, colon) == "max_age") return ascii::trim(line.substr(colon + 1));
    }
    return "";
}

bool beyond_a_year(std::string_view digits) {
    std::int64_t seconds = 0;
    for (const char digit : digits.substr(0, max_age_digits))
        seconds = seconds * 10 + (digit - '0');
    return seconds > sts::longest_max_age.count();
}

Finding judge_max_age(const sts::Policy& policy) {
    const auto digits = max_age_text(policy);
    if (beyond_a_year(digits))
        return {Severity::warning, fmt::format("max_age {} is more than a year", digits),
                "Senders keep the policy for a year at most.", "Set max_age: 31557600 or less.",
                "RFC 8461, 3.2"};
    if (policy.max_age < shortest_sensible)
        return {Severity::warning, fmt::format("max_age {} is less than a day", digits),
                "Senders forget the policy between two mails, so whoever can suppress it once has won.",
                "Set max_age: 604800 (a week) or more, once all is well.", "RFC 8461, 3.2"};
    const auto days = policy.max_age.count() / shortest_sensible.count();
    return ok(fmt::format("max_age {} ({} day{})", digits, days, days == 1 ? "" : "s"), "RFC 8461, 3.2");
}

Finding judge_mode(const sts::Policy& policy) {
    switch (policy.mode) {
        case sts::Mode::enforce:
            return ok("mode enforce", "RFC 8461, 5");
        case sts::Mode::testing:
            return {Severity::note, "mode testing: senders report what is wrong, and deliver all the same",
                    "", "When no more failures are reported: tlspolicy publish DOMAIN --mode enforce.",
                    "RFC 8461, 5"};
        case sts::Mode::none:
            return {Severity::warning, "mode none: the domain has given MTA-STS up", "", "", "RFC 8461, 8.3"};
    }
    return {};
}

Finding judge_line(const sts::LineVerdict& line) {
    using Kind = sts::LineVerdict::Kind;
    const std::string name = printable(line.text.substr(0, line.text.find(':')), 40);
    const std::string at = fmt::format("line {} of the policy", line.number);
    switch (line.kind) {
        case Kind::wrong:
            return {Severity::problem, fmt::format("{}: {}", at, line.why), std::string(no_policy),
                    std::string(mend), std::string(grammar)};
        case Kind::repeated:
            return {Severity::warning, fmt::format("{}: a second {}: the first counts", at, name), "",
                    "Remove it.", std::string(grammar)};
        case Kind::extension:
            return {Severity::note, fmt::format("{}: the field {} is not known, and ignored", at, name), "",
                    "", std::string(grammar)};
        case Kind::field:
        case Kind::blank:
            break;
    }
    return {Severity::ok, at, "", "", std::string(grammar)};
}

std::vector<Finding> judge_lines(const sts::Reading& reading, sts::LineVerdict::Kind kind,
                                 std::string_view what) {
    std::vector<Finding> findings;
    for (const auto& line : reading.lines)
        if (line.kind == kind) findings.push_back(judge_line(line));
    return few(std::move(findings), what);
}

}  // namespace

std::optional<std::string> id_in(const inquiry::Survey& survey) {
    if (!survey.record || announces_nothing(survey)) return std::nullopt;
    const auto found = sts::find_record(std::get<engine::TxtRecords>(*survey.record).texts);
    if (const auto* record = std::get_if<sts::Record>(&found)) return record->id;
    return std::nullopt;
}

std::optional<sts::Policy> policy_in(const inquiry::Survey& survey) {
    if (!survey.policy.body) return std::nullopt;
    auto policy = sts::parse_policy(*survey.policy.body);
    if (!policy) return std::nullopt;
    return std::move(*policy);
}

std::vector<Finding> judge_record(const inquiry::Survey& survey) {
    const std::string name = record_name(survey);
    if (!survey.record)
        return {{Severity::unknown,
                 fmt::format("{} could not be looked up: {}", name, survey.record.error().message()), "",
                 "Ask again; if it stays so, look at the name servers of the domain.", ""}};
    const std::string publish =
        fmt::format("Publish one TXT record there; tlspolicy publish {} writes it.", survey.domain.text());
    const std::string why = "Senders look for a policy only where one such record says that there is one.";
    if (announces_nothing(survey))
        return {
            {Severity::problem, fmt::format("{} has no TXT record", name), why, publish, "RFC 8461, 3.1"}};
    const auto found = sts::find_record(std::get<engine::TxtRecords>(*survey.record).texts);
    if (const auto* none = std::get_if<sts::NoRecord>(&found))
        return {
            {Severity::problem, fmt::format("{}: {}", name, none->why), why,
             "Leave exactly one TXT record there, \"v=STSv1; id=20260131120000;\", its id 1 to 32 letters "
             "and digits.",
             "RFC 8461, 3.1"}};
    return {ok(fmt::format("{} has one valid record, id {}", name, std::get<sts::Record>(found).id),
               "RFC 8461, 3.1")};
}

std::vector<Finding> judge_policy_text(std::string_view body) {
    using Kind = sts::LineVerdict::Kind;
    const auto reading = sts::read_lines(body);
    const auto policy = sts::parse_policy(body);
    auto findings = judge_lines(reading, Kind::wrong, "lines of the policy that are wrong");
    const bool lines_fine = findings.empty();
    for (const auto& [kind, what] : {std::pair(Kind::repeated, "lines of the policy that do not count"),
                                     std::pair(Kind::extension, "fields that are not known")})
        for (auto& finding : judge_lines(reading, kind, what))
            findings.push_back(std::move(finding));
    if (!policy && lines_fine)  // else what is missing may well be the wrong line
        for (const std::string& missing : reading.missing)
            findings.push_back({Severity::problem, fmt::format("the policy is not whole: {}", missing),
                                std::string(no_policy), std::string(mend), std::string(grammar)});
    if (!policy) return findings;
    findings.push_back(judge_mode(*policy));
    findings.push_back(judge_max_age(*policy));
    return findings;
}

}  // namespace tlspolicy::cli
