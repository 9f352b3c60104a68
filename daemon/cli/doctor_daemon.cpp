#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

constexpr std::chrono::seconds tolerable{5};  // between two clocks that should be one

void judge_file(const DaemonFacts& daemon, Findings& findings) {
    for (const config::Finding& finding : daemon.findings) {
        const bool error = finding.severity == config::Finding::Severity::error;
        findings.push_back({error ? Severity::problem : Severity::warning, to_text(finding, daemon.file),
                            error ? "tlspolicyd does not start with this file." : "", "",
                            "tlspolicyd.yaml(5)"});
    }
}

bool asked_by_postfix(const Asked& listener, const Facts& facts) {
    if (!facts.postfix || !*facts.postfix) return false;
    const auto& tables = (*facts.postfix)->tables;
    return std::any_of(tables.begin(), tables.end(), [&](const TriedTable& table) {
        return table.asked && table.asked->address == listener.address;
    });
}

void judge_listener(const Asked& listener, Findings& findings) {
    if (!listener.failure.empty())
        findings.push_back(
            {Severity::problem, fmt::format("Nobody answers on {}: {}", listener.address, listener.failure),
             "",
             "Start tlspolicyd (systemctl start tlspolicyd); its log has a line \"listening\" for each "
             "socket, and says why it ended. After a change of listen: restart it."});
    else
        findings.push_back(fine("tlspolicyd answers on " + listener.address));
}

void judge_status(const Result<Status>& status, const Facts& facts, Findings& findings) {
    if (!status) {
        findings.push_back({Severity::note,
                            "The running daemon cannot be asked about itself: " + status.error().message(),
                            "Its version and clock are not looked at."});
        return;
    }
    if (!status->version.empty() && status->version != facts.own_version)
        findings.push_back(
            {Severity::warning,
             fmt::format("tlspolicyd {} runs, and this is tlspolicy {}", status->version, facts.own_version),
             "An update takes effect with a restart.", "systemctl restart tlspolicyd"});
    else
        findings.push_back(fine("tlspolicyd " + status->version + " runs"));
    if (status->ahead && std::chrono::abs(*status->ahead) > tolerable)
        findings.push_back({Severity::warning,
                            fmt::format("The clocks of tlspolicyd and of this command are {} seconds apart",
                                        std::chrono::abs(*status->ahead).count()),
                            "With a wrong clock, valid certificates look expired and policies live too long.",
                            "Keep the clock right where tlspolicyd runs: timedatectl set-ntp true"});
}

}  // namespace

void judge_daemon(const Facts& facts, Findings& findings) {
    judge_file(facts.daemon, findings);
    if (facts.daemon.status) judge_status(*facts.daemon.status, facts, findings);
    for (const Asked& listener : facts.daemon.listeners)
        if (!asked_by_postfix(listener, facts)) judge_listener(listener, findings);
}

}  // namespace tlspolicy::cli::doctor
