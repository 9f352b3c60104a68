#include "cli/doctor.hpp"

#include "base/version.hpp"
#include "cli/control_option.hpp"
#include "cli/doctor_ask.hpp"
#include "cli/doctor_files.hpp"
#include "cli/doctor_judges.hpp"
#include "cli/doctor_live.hpp"
#include "config/loader.hpp"

#include <CLI/App.hpp>

#include <ostream>
#include <unistd.h>

namespace tlspolicy::cli {
namespace {

using doctor::Facts;

/// `socket`: the control socket; empty: the one that the configuration names.
Facts gather_daemon(const std::string& file, bool required, std::string socket) {
    Facts facts;
    facts.own_version = version();
    facts.root = geteuid() == 0;
    facts.datagram_queue = doctor::datagram_queue();
    facts.clock_synchronised = doctor::clock_synchronised();
    auto loaded = config::load(file, required);
    facts.daemon.file = file;
    facts.daemon.usable = loaded.usable();
    facts.daemon.findings = std::move(loaded.findings);
    facts.daemon.config = std::move(loaded.config);
    const auto& config = facts.daemon.config;
    for (const auto& listener : config.restart.listeners)
        facts.daemon.listeners.push_back(doctor::ask(listener, config.server.maps.begin()->first));
    if (socket.empty() && config.restart.control) socket = config.restart.control->path;
    if (!socket.empty()) facts.daemon.status = doctor::ask_status(socket);
    if (config.dns.servers.empty())
        facts.daemon_name_servers = doctor::name_servers_in(config.dns.resolv_conf);
    else
        facts.daemon_name_servers = config.dns.servers;
    return facts;
}

}  // namespace

void Doctor::declare(CLI::App& command) {
    command_ = &command;
    command.add_option("-c,--config", config_, "The configuration file of the daemon")->capture_default_str();
    command.add_option("-s,--socket", socket_,
                       "The control socket of the daemon, where it is not the one of the configuration");
    command.add_option("--config-directory", postfix_.config_directory,
                       "The configuration of Postfix, where there is more than one");
    command.add_option("--postconf", postfix_.postconf,
                       "The program postconf, where it is not found by itself");
    command.add_option("--probe", probe_, "A domain whose policy is fetched, to see whether HTTPS gets out")
        ->capture_default_str();
    command.add_flag("--offline", offline_, "Ask no resolver and no policy host");
}

Exit Doctor::run(Terminal& terminal) {
    const auto probe = Domain::parse(probe_);
    if (!probe) return tell_failure(terminal, probe.error().in("--probe"));
    Facts facts = gather_daemon(config_, command_->count("--config") > 0, socket_);
    facts.postfix = doctor::gather_postfix(postfix_);
    if (!offline_) {
        auto tried = doctor::try_out(facts.daemon.config, *probe);
        facts.validates = std::move(tried.validates);
        facts.egress = std::move(tried.egress);
    }
    const auto findings = doctor::judge(facts);
    if (terminal.json)
        print(terminal, {{"schema", 1}, {"findings", to_json(findings)}});
    else
        terminal.out << to_text(findings, Palette(terminal.colour), terminal.width);
    return exit_of(findings);
}

}  // namespace tlspolicy::cli
