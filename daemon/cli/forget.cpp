#include "cli/forget.hpp"

#include "cli/json_reader.hpp"

#include <CLI/App.hpp>

#include <ostream>

namespace tlspolicy::cli {
namespace {

std::string words_of(const boost::json::object& body) {
    if (!body.contains("domain"))
        return text_at(body, "forgotten") + " domains forgotten whose policy could not be had";
    if (is_true_at(body, "forgotten")) return text_at(body, "domain") + " forgotten";
    return "nothing was known of " + text_at(body, "domain");
}

}  // namespace

void Forget::declare(CLI::App& command) {
    control_.declare(command);
    auto* domain = command.add_option("DOMAIN", domain_, "The domain");
    auto* failed = command.add_flag("--failed", failed_, "All domains whose policy could not be had");
    auto* force = command.add_flag("--force", force_, "Even a policy that is enforced and has not expired");
    failed->excludes(domain)->excludes(force);
}

Exit Forget::run(Terminal& terminal) {
    if (domain_.empty() && !failed_) {
        terminal.err << "tlspolicy: forget what? A DOMAIN, or --failed\n";
        return Exit::unknown;
    }
    std::string target = "/forget?failed";
    if (!failed_) target = path_of("forget", domain_) + (force_ ? "?force" : "");
    const auto reply = control_.ask("POST", target);
    if (!reply) return tell_failure(terminal, reply.error());
    if (const auto refused = tell_refusal(terminal, *reply)) {
        if (*refused == Exit::problem && !terminal.json)
            terminal.err << "tlspolicy: if that is what you want: tlspolicy forget --force " << domain_
                         << '\n';
        return *refused;
    }
    const bool whole = !reply->body.contains("unasked");
    if (terminal.json)
        print(terminal, reply->body);
    else
        terminal.out << words_of(reply->body) << '\n';
    if (!whole && !terminal.json)
        terminal.err << "tlspolicy: " << text_at(reply->body, "unasked")
                     << ": what it holds may come back; do this again when it answers\n";
    return whole ? Exit::fine : Exit::warning;
}

}  // namespace tlspolicy::cli
