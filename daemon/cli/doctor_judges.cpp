#include "cli/doctor_judges.hpp"

#include "cli/doctor_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

void judge_postfix(const PostfixFacts& postfix, const Facts& facts, Findings& findings) {
    if (postfix.version)
        findings.push_back(fine(
            fmt::format("Postfix {}, configured in {}", postfix.version->text(), postfix.config_directory)));
    else
        findings.push_back({Severity::unknown, "postconf does not tell the version of Postfix"});
    judge_tables(postfix, facts, findings);
    judge_levels(postfix, findings);
    judge_roots(postfix, findings);
    judge_postfix_dns(postfix, facts, findings);
    judge_tlsrpt(postfix, facts, findings);
}

void remind_of_reload(Findings& findings) {
    const bool changes = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.fix.find("postconf ") != std::string::npos;
    });
    if (changes)
        findings.push_back(
            {Severity::note, "Postfix heeds what postconf changes after a reload", "", "postfix reload"});
}

}  // namespace

Findings judge(const Facts& facts) {
    Findings findings;
    if (!facts.root)
        findings.push_back({Severity::unknown, "This is not root, who alone sees all that matters",
                            "Files and sockets that Postfix can use may look as if it could not.",
                            "Run tlspolicy doctor as root."});
    judge_daemon(facts, findings);
    if (facts.postfix) {
        if (*facts.postfix)
            judge_postfix(**facts.postfix, facts, findings);
        else
            findings.push_back({Severity::unknown,
                                "Postfix was not found: " + facts.postfix->error().message(), "",
                                "Run this on the machine that Postfix runs on, or name its program with "
                                "--postconf PATH."});
    }
    judge_network(facts, findings);
    remind_of_reload(findings);
    return findings;
}

bool smtp_is_chrooted(const PostfixFacts& postfix) {
    const auto smtp = std::find_if(
        postfix.services.begin(), postfix.services.end(),
        [](const postfix::Service& service) { return service.name == "smtp" && service.type == "unix"; });
    if (smtp == postfix.services.end()) return false;
    if (smtp->chroot != "-") return smtp->chroot == "y";
    if (!postfix.version || *postfix.version < postfix::Version{3, 0, 0}) return true;
    const std::string level = postfix.value("compatibility_level");
    return level.empty() || level.front() == '0';
}

std::optional<std::string> barrier(const Path& path, const MailUser& user) {
    constexpr unsigned write = 2;
    constexpr unsigned search = 1;
    const auto allows = [&](const PathStep& step, unsigned right) {
        if (user.user == 0) return true;
        if (step.owner == user.user) return (step.mode >> 6U & right) != 0;
        const bool member =
            std::find(user.groups.begin(), user.groups.end(), step.group) != user.groups.end();
        return ((member ? step.mode >> 3U : step.mode) & right) != 0;
    };
    for (const PathStep& step : path) {
        const bool last = &step == &path.back();
        if (step.kind == PathStep::Kind::missing) return step.path + " does not exist";
        if (last && step.kind != PathStep::Kind::socket) return step.path + " is not a socket";
        if (!last && step.kind != PathStep::Kind::directory) return step.path + " is not a directory";
        if (!allows(step, last ? write : search))
            return fmt::format("{} has mode {:04o}, which keeps out the user {}", step.path, step.mode,
                               user.name);
    }
    return std::nullopt;
}

}  // namespace tlspolicy::cli::doctor
