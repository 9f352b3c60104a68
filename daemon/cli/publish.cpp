#include "cli/publish.hpp"

#include "cli/control_option.hpp"
#include "cli/judge.hpp"
#include "cli/judge_policy.hpp"
#include "config/units.hpp"
#include "tlsrpt/record.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <ostream>

namespace tlspolicy::cli {
namespace {

sts::Mode mode_of(std::string_view name) {
    for (const sts::Mode mode : {sts::Mode::enforce, sts::Mode::testing, sts::Mode::none})
        if (name == sts::name_of(mode)) return mode;
    return sts::Mode::testing;  // CLI11 lets no other through
}

/// Where reports go now: who changes a policy does not mean to end them.
std::vector<std::string> published_rua(const inquiry::Survey& survey) {
    const auto* texts = survey.reporting ? std::get_if<engine::TxtRecords>(&*survey.reporting) : nullptr;
    if (texts == nullptr) return {};
    const auto found = tlsrpt::find_record(texts->texts);
    const auto* record = std::get_if<tlsrpt::Record>(&found);
    return record == nullptr ? std::vector<std::string>() : record->uris;
}

std::vector<Finding> obstacles(const inquiry::Survey& survey) {
    auto findings = judge(survey);
    std::erase_if(findings, [](const Finding& finding) {
        return finding.severity != Severity::problem && finding.severity != Severity::unknown;
    });
    return findings;
}

boost::json::object to_json(const Wish& wish, const Publication& publication) {
    boost::json::object all{{"schema", 1},
                            {"domain", wish.domain},
                            {"policy", publication.policy},
                            {"id", publication.id},
                            {"record", publication.record}};
    if (!publication.report_record.empty()) all["report_record"] = publication.report_record;
    all["difference"] = wish.policy_now ? difference(*wish.policy_now, publication.policy) : "";
    return all;
}

}  // namespace

void Publish::declare(CLI::App& command) {
    survey_.declare(command);
    command.add_option("--mode", mode_, "testing, enforce or none")
        ->check(CLI::IsMember({"testing", "enforce", "none"}))
        ->capture_default_str();
    command.add_option("--max-age", max_age_, "How long senders keep the policy")->capture_default_str();
    command.add_option("--mx", mx_, "A line of the policy, instead of those that the MX records call for")
        ->allow_extra_args(false);
    command.add_option("--rua", rua_, "Where TLS reports go: mailto:NAME@DOMAIN or https://HOST/PATH")
        ->allow_extra_args(false);
    command.add_flag("--enforce-ready", only_when_ready_,
                     "Print nothing but what is wrong where tlspolicy check finds problems");
}

Result<Wish> Publish::wish_after(const inquiry::Survey& survey) const {
    const auto max_age = config::parse_duration(max_age_);
    if (!max_age)
        return Error(ErrorKind::syntax, "--max-age: \"" + max_age_ + "\" " + max_age.error().message());
    Wish wish;
    wish.domain = survey.domain.text();
    wish.mode = mode_of(mode_);
    wish.max_age = std::chrono::duration_cast<std::chrono::seconds>(*max_age);
    wish.mx = mx_;
    if (mx_.empty())
        for (const auto& host : survey.hosts)
            wish.mx.push_back(host.name);
    wish.rua = rua_.empty() ? published_rua(survey) : rua_;
    wish.now = survey.now;
    wish.id_now = id_in(survey);
    if (survey.policy.body) wish.policy_now = *survey.policy.body;
    return wish;
}

Exit Publish::run(Terminal& terminal) {
    const auto survey = survey_.look(terminal);
    if (!survey) return tell_failure(terminal, survey.error());
    if (only_when_ready_) {
        const auto findings = obstacles(*survey);
        if (!findings.empty()) {
            terminal.err << "tlspolicy: not ready, nothing is written:\n"
                         << to_text(findings, Palette(terminal.colour), terminal.width);
            return exit_of(findings);
        }
    }
    const auto wish = wish_after(*survey);
    if (!wish) return tell_failure(terminal, wish.error());
    const auto publication = compose(*wish);
    if (!publication) return tell_failure(terminal, publication.error());
    if (terminal.json)
        terminal.out << boost::json::serialize(to_json(*wish, *publication)) << '\n';
    else
        terminal.out << instructions(*wish, *publication);
    return Exit::fine;
}

}  // namespace tlspolicy::cli
