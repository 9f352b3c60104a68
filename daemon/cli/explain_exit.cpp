#include "cli/explain_exit.hpp"

#include "cli/finding.hpp"

#include <variant>

namespace tlspolicy::cli {
namespace {

using inquiry::Explanation;

/// Whether nobody knows if the mail hosts do DANE: the answer then is as if they did none.
bool lacks_dane(const Explanation& explanation) noexcept {
    if (!explanation.validates || !explanation.dane) return true;
    return explanation.dane->standing == dane::Standing::hosts_not_known;
}

Exit exit_of(const inquiry::MapAnswer& each, const Explanation& explanation) noexcept {
    using engine::Rule;
    if (std::holds_alternative<postfix::Temp>(each.answer)
        || std::holds_alternative<postfix::Perm>(each.answer))
        return Exit::problem;
    if (explanation.override) return Exit::fine;  // nothing that was looked up counts
    switch (each.rule) {
        case Rule::record_not_known:
        case Rule::hosts_undecided:
        case Rule::hosts_undecided_enforced:  // in monitor mode, which defers nothing
        case Rule::hosts_not_known_enforced:
            return Exit::unknown;
        case Rule::policy_unavailable:
        case Rule::hosts_unusable:
        case Rule::policy_enforced:
        case Rule::policy_testing:
        case Rule::policy_none:
        case Rule::no_record:
        case Rule::all_hosts_usable:
        case Rule::some_hosts_usable:
        case Rule::some_hosts_usable_enforced:
        case Rule::hosts_insecure:
            break;
    }
    if (each.options.dane && lacks_dane(explanation)) return Exit::unknown;
    const bool useless = each.rule == Rule::policy_unavailable || each.rule == Rule::hosts_unusable;
    return useless ? Exit::warning : Exit::fine;
}

}  // namespace

Exit exit_of(const Explanation& explanation) noexcept {
    Exit worst = Exit::fine;
    if (!explanation.parsed) return worst;  // not found, whatever the world says
    for (const auto& each : explanation.answers)
        worst = worse(worst, exit_of(each, explanation));
    return worst;
}

}  // namespace tlspolicy::cli
