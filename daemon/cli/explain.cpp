#include "cli/explain.hpp"

#include "cli/explain_exit.hpp"
#include "inquiry/explain.hpp"

#include <CLI/App.hpp>
#include <boost/json/serialize.hpp>

#include <ostream>
#include <utility>

namespace tlspolicy::cli {
namespace {

constexpr unsigned http_ok = 200;

}  // namespace

void Explain::declare(CLI::App& command) {
    command.add_option("DOMAIN", key_, "A domain, or what else Postfix asks about: \"[relay.example]:587\"")
        ->required();
    command.add_option("-m,--map", maps_, "The answer of this map alone; may be given several times")
        ->allow_extra_args(false);
    command.add_flag("--trace", trace_, "Every DNS query and its answer too");
    control_.declare_socket(command);
    engine_.declare(command);
}

DaemonView Explain::ask_running(const config::Config& config) const {
    DaemonView view;
    auto reply = control_.ask(config, "GET", path_of("entries", key_));
    if (!reply)
        view.note = "It was not asked: " + reply.error().message();
    else if (reply->status != http_ok)
        view.note = "It does not tell: " + boost::json::serialize(reply->body);
    else
        view.entry = std::move(reply->body);
    return view;
}

Exit Explain::run(Terminal& terminal) {
    const auto config = engine_.load(terminal);
    if (!config) return tell_failure(terminal, config.error());
    const auto explanation = inquiry::explain(*config, {key_, maps_});
    if (!explanation) return tell_failure(terminal, explanation.error());

    DaemonView daemon;
    if (explanation->parsed) daemon = ask_running(*config);
    const Detail detail = trace_ ? Detail::wire : Detail::usual;
    if (terminal.json)
        terminal.out << boost::json::serialize(to_json(*explanation, daemon, detail)) << '\n';
    else
        terminal.out << to_text(*explanation, daemon, detail, Palette(terminal.colour), terminal.width);
    return exit_of(*explanation);
}

}  // namespace tlspolicy::cli
