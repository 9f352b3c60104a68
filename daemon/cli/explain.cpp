#include "cli/explain.hpp"

#include "cli/control_client.hpp"
#include "cli/control_option.hpp"
#include "inquiry/explain.hpp"

#include <CLI/App.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <ostream>
#include <utility>

namespace tlspolicy::cli {
namespace {

constexpr std::chrono::seconds patience{5};  // for what the daemon only has to look up in its memory

}  // namespace

void Explain::declare(CLI::App& command) {
    command.add_option("DOMAIN", key_, "A domain, or what else Postfix asks about: \"[relay.example]:587\"")
        ->required();
    command.add_option("-m,--map", maps_, "The answer of this map alone; may be given several times")
        ->allow_extra_args(false);
    command.add_flag("--trace", trace_, "Every DNS query and its answer too");
    command.add_option("-s,--socket", socket_, "The control socket of the daemon")->capture_default_str();
    engine_.declare(command);
}

DaemonView Explain::ask_running(const std::string& domain) const {
    DaemonView view;
    auto reply = ask_daemon(socket_, "GET", "/entries/" + domain, patience);
    if (!reply)
        view.note = "It was not asked: " + reply.error().message();
    else if (reply->status == 404)
        view.note = "It knows nothing of this domain yet.";
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
    if (explanation->parsed) daemon = ask_running(std::string(explanation->parsed->domain().text()));
    const Detail detail = trace_ ? Detail::wire : Detail::usual;
    if (terminal.json)
        terminal.out << boost::json::serialize(to_json(*explanation, daemon, detail)) << '\n';
    else
        terminal.out << to_text(*explanation, daemon, detail, Palette(terminal.colour), terminal.width);
    return Exit::fine;
}

}  // namespace tlspolicy::cli
