#include "app/daemon.hpp"
#include "app/log_sinks.hpp"
#include "app/logging.hpp"
#include "app/machine.hpp"
#include "app/service_manager.hpp"
#include "base/paths.hpp"
#include "base/printable.hpp"
#include "base/version.hpp"
#include "config/loader.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <iostream>
#include <string>

namespace {

using tlspolicy::in_quotes;
using tlspolicy::config::Finding;
using tlspolicy::config::Loaded;

struct Arguments {
    std::string config = tlspolicy::default_config_file();
    bool config_given = false;
    bool check = false;
};

Loaded load(const Arguments& arguments) {
    // No file at the usual place is fine: every value has a default that works. One that was asked for must
    // be there.
    Loaded loaded = tlspolicy::config::load(arguments.config, arguments.config_given);
    tlspolicy::app::check_roots(loaded);
    return loaded;
}

int check(const Arguments& arguments) {
    Loaded loaded = load(arguments);
    tlspolicy::app::check_accounts(loaded);
    for (const auto& finding : loaded.findings)
        std::cerr << to_text(finding, loaded.file) << '\n';
    if (!loaded.usable()) return EXIT_FAILURE;
    std::cout << loaded.file << ": ok\n";
    return EXIT_SUCCESS;
}

tlspolicy::app::Daemon::Fresh reload(const Arguments& arguments) {
    const Loaded loaded = load(arguments);
    tlspolicy::app::Daemon::Fresh fresh;
    for (const auto& finding : loaded.findings) {
        fresh.findings.push_back(to_text(finding, loaded.file));
        if (finding.severity == Finding::Severity::error)
            spdlog::error("config-rejected reason=\"{}\"", in_quotes(to_text(finding, loaded.file)));
        else
            spdlog::warn("config-warning reason=\"{}\"", in_quotes(to_text(finding, loaded.file)));
    }
    if (loaded.usable()) fresh.config = loaded.config;
    return fresh;
}

/// What the journal takes off a line that comes by the standard error (sd-daemon(3)).
const char* priority_of(const Finding& finding) {
    return finding.severity == Finding::Severity::error ? "<3>" : "<4>";
}

int serve(const Arguments& arguments) {
    auto passed = tlspolicy::app::service_manager::passed_sockets();  // before there is another thread
    Loaded loaded = load(arguments);
    if (passed.empty())
        tlspolicy::app::check_accounts(loaded);  // whoever passes sockets has given them owners
    const bool in_journal = tlspolicy::app::stderr_is_journal();
    for (const auto& finding : loaded.findings)
        std::cerr << (in_journal ? priority_of(finding) : "") << to_text(finding, loaded.file) << '\n';
    if (!loaded.usable()) return EXIT_FAILURE;

    auto log = tlspolicy::app::start_logging(loaded.config.log);
    auto daemon = tlspolicy::app::Daemon::create(
        loaded.config, std::move(log), [&] { return reload(arguments); }, std::move(passed));
    if (!daemon) {
        spdlog::critical("start-failed reason=\"{}\"", in_quotes(daemon.error().message()));
        tlspolicy::app::stop_logging();
        return EXIT_FAILURE;
    }
    (*daemon)->run();
    tlspolicy::app::stop_logging();
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App cli(
        "tlspolicyd, the TLS policy daemon for Postfix: answers smtp_tls_policy_maps with MTA-STS policies");
    auto* config =
        cli.add_option("-c,--config", arguments.config, "Configuration file")->capture_default_str();
    cli.add_flag(
        "--check-config", arguments.check,
        "Read the configuration, print what is wrong with it, and exit: 0 if it can be used, else 1");
    cli.add_flag("--foreground")
        ->description("Stay in the foreground, which is the only mode; accepted for init scripts");
    cli.set_version_flag("-V,--version", "tlspolicyd " + std::string(tlspolicy::version()));
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& end) {  // --help and --version come this way, too
        return cli.exit(end) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    arguments.config_given = config->count() > 0;
    return arguments.check ? check(arguments) : serve(arguments);
}
