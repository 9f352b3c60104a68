#include "cli/check.hpp"

#include "cli/control_option.hpp"
#include "cli/judge.hpp"
#include "cli/judge_policy.hpp"
#include "cli/nagios.hpp"
#include "cli/published.hpp"

#include <CLI/App.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ostream>

namespace tlspolicy::cli {
namespace {

Finding no_memory(const Error& error) {
    return {Severity::note,
            fmt::format("it cannot be told whether the policy has changed under the same id: {}",
                        error.message()),
            "", "Name a directory with --state.", ""};
}

/// Compares with what was published at the last look, and keeps what is now.
std::vector<Finding> compare(const inquiry::Survey& survey, const PublishedFiles& files) {
    const auto id = id_in(survey);
    const auto policy = policy_in(survey);
    if (!id || !policy) return {};
    const auto now = published(*id, *policy, *survey.policy.body);
    const auto before = files.read(survey.domain);
    auto findings = before ? judge_change(*before, now) : std::vector{no_memory(before.error())};
    if (before && !supersedes(*before, now)) return findings;
    const auto written = files.write(survey.domain, now);
    if (!written && before) findings.push_back(no_memory(written.error()));
    return findings;
}

Measured measure(const inquiry::Survey& survey) {
    Measured measured{fewest_days(survey), std::nullopt};
    if (const auto policy = policy_in(survey)) measured.max_age = policy->max_age.count();
    return measured;
}

boost::json::object to_json(const inquiry::Survey& survey, const std::vector<Finding>& findings) {
    boost::json::object all{{"schema", 1}, {"domain", survey.domain.text()}, {"findings", to_json(findings)}};
    all["status"] = static_cast<int>(exit_of(findings));
    if (const auto id = id_in(survey)) all["id"] = *id;
    if (const auto policy = policy_in(survey)) all["mode"] = sts::name_of(policy->mode);
    const auto measured = measure(survey);
    if (measured.certificate_days) all["certificate_days"] = *measured.certificate_days;
    if (measured.max_age) all["max_age"] = *measured.max_age;
    return all;
}

}  // namespace

void Check::declare(CLI::App& command) {
    survey_.declare(command);
    command.add_option("--state", state_,
                       "Where to keep what was seen last; by default $XDG_STATE_HOME/tlspolicy, else "
                       "~/.local/state/tlspolicy");
    command.add_flag("--nagios", nagios_, "One line, as monitoring plug-ins print it");
}

Exit Check::run(Terminal& terminal) {
    const auto survey = survey_.look(terminal);
    if (!survey) {
        if (nagios_) terminal.out << "TLSPOLICY UNKNOWN - " << survey.error().message() << '\n';
        return nagios_ ? Exit::unknown : tell_failure(terminal, survey.error());
    }
    auto findings = judge(*survey);
    auto changes = compare(*survey, PublishedFiles(state_));
    std::move(changes.begin(), changes.end(), std::back_inserter(findings));
    if (terminal.json)
        terminal.out << boost::json::serialize(to_json(*survey, findings)) << '\n';
    else if (nagios_)
        terminal.out << nagios_line(survey->domain.text(), findings, measure(*survey)) << '\n';
    else
        terminal.out << to_text(findings, Palette(terminal.colour), terminal.width);
    return exit_of(findings);
}

}  // namespace tlspolicy::cli
