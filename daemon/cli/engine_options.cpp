#include "cli/engine_options.hpp"

#include "base/paths.hpp"
#include "config/endpoints.hpp"
#include "config/loader.hpp"

#include <CLI/App.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <ostream>
#include <utility>

namespace tlspolicy::cli {
namespace {

/// What the parts of the daemon have to say does not belong between the lines of a verb.
void log_to_stderr() {
    auto log = spdlog::stderr_logger_st("tlspolicy");
    log->set_level(spdlog::level::warn);
    log->set_pattern("%n: %v");
    spdlog::set_default_logger(std::move(log));
}

Error wrong(std::string_view option, const std::string& value, const Error& why) {
    return {ErrorKind::syntax, std::string(option) + ": \"" + value + "\" " + why.message()};
}

}  // namespace

void EngineOptions::declare(CLI::App& command) {
    command.add_option("-c,--config", config_, "Configuration file of the daemon")
        ->default_str(default_config_file());
    command.add_option("--resolver", resolvers_, "Ask this DNS server instead: ADDRESS or ADDRESS:PORT")
        ->allow_extra_args(false);
    command.add_option("--ca-file", ca_file_, "Trusted roots for policy hosts, PEM");
    command
        .add_option("--allow-address", allow_addresses_,
                    "Connect to policy hosts in this network too, though it is not for the open Internet")
        ->allow_extra_args(false);
}

Result<config::Config> EngineOptions::load(Terminal& terminal) const {
    log_to_stderr();
    // No file at the usual place is fine, as for the daemon.
    auto loaded = config::load(config_.value_or(default_config_file()), config_.has_value());
    for (const auto& finding : loaded.findings)
        terminal.err << to_text(finding, loaded.file) << '\n';
    if (!loaded.usable()) return Error(ErrorKind::system, "the configuration cannot be used: " + loaded.file);

    config::Config config = std::move(loaded.config);
    if (!resolvers_.empty()) config.dns.servers.clear();
    for (const auto& each : resolvers_) {
        auto server = config::parse_name_server(each);
        if (!server) return wrong("--resolver", each, server.error());
        config.dns.servers.push_back(std::move(*server));
    }
    for (const auto& each : allow_addresses_) {
        auto network = config::parse_network(each);
        if (!network) return wrong("--allow-address", each, network.error());
        config.https.allow_addresses.push_back(*network);
    }
    if (ca_file_) config.https.ca_file = *ca_file_;
    return config;
}

}  // namespace tlspolicy::cli
