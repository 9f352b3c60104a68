#include "cli/publish.hpp"

#include "cli/control_option.hpp"
#include "cli/readiness.hpp"
#include "config/units.hpp"

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <ostream>

namespace tlspolicy::cli {
namespace {

sts::Mode mode_of(std::string_view name) {
    for (const sts::Mode mode : {sts::Mode::enforce, sts::Mode::testing, sts::Mode::none})
        if (name == sts::name_of(mode)) return mode;
    return sts::Mode::testing;  // CLI11 lets no other through
}

boost::json::object to_json(const Wish& wish, const Publication& publication) {
    boost::json::object all{{"schema", 1},
                            {"domain", wish.domain},
                            {"policy", publication.policy},
                            {"id", publication.id},
                            {"record", publication.record}};
    if (!publication.report_record.empty()) all["report_record"] = publication.report_record;
    all["difference"] = wish.policy_now ? difference(*wish.policy_now, publication.policy) : "";
    all["records_difference"] = difference_of_records(wish, publication);
    return all;
}

}  // namespace

void Publish::declare(CLI::App& command) {
    survey_.declare(command);
    command.add_option("--mode", mode_, "testing, enforce or none; by default as now, else testing")
        ->check(CLI::IsMember({"testing", "enforce", "none"}));
    command.add_option("--max-age", max_age_,
                       "How long senders keep the policy; by default as now, else a week: 7d");
    command.add_option("--mx", mx_, "A line of the policy, instead of those that the MX records call for")
        ->allow_extra_args(false);
    command.add_option("--rua", rua_, "Where TLS reports go: mailto:NAME@DOMAIN or https://HOST/PATH")
        ->allow_extra_args(false);
    command.add_flag("--enforce-ready", only_when_ready_,
                     "Print nothing but what is wrong where the mail hosts do not do what the policy asks "
                     "for, or that could not be found out");
}

Result<Asked> Publish::asked() const {
    Asked asked;
    if (!mode_.empty()) asked.mode = mode_of(mode_);
    if (!max_age_.empty()) {
        const auto max_age = config::parse_duration(max_age_);
        if (!max_age)
            return Error(ErrorKind::syntax, "--max-age: \"" + max_age_ + "\" " + max_age.error().message());
        asked.max_age = std::chrono::duration_cast<std::chrono::seconds>(*max_age);
    }
    asked.mx = mx_;
    asked.rua = rua_;
    return asked;
}

Exit Publish::run(Terminal& terminal) {
    const auto asked = this->asked();
    if (!asked) return tell_failure(terminal, asked.error());
    const auto survey = survey_.look(terminal);
    if (!survey) return tell_failure(terminal, survey.error());
    const auto wish = wish_for(*survey, *asked);
    if (!wish) return tell_failure(terminal, wish.error());
    const auto publication = compose(*wish);
    if (!publication) return tell_failure(terminal, publication.error());
    if (only_when_ready_) {
        const auto findings = obstacles(*survey, sts::parse_policy(publication->policy).value());
        if (!findings.empty()) {
            terminal.err << "tlspolicy: not ready, nothing is written:\n"
                         << to_text(findings, Palette(terminal.colour), terminal.width);
            return exit_of(findings);
        }
    }
    if (terminal.json)
        terminal.out << boost::json::serialize(to_json(*wish, *publication)) << '\n';
    else
        terminal.out << instructions(*wish, *publication);
    return Exit::fine;
}

}  // namespace tlspolicy::cli
