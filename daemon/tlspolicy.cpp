#include "base/printable.hpp"
#include "base/version.hpp"
#include "cli/completion.hpp"
#include "cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using tlspolicy::cli::Exit;
using tlspolicy::cli::Verb;

/// A table for postmap, or a list, that a full disk has cut short must not pass for a whole one.
int unless_unwritten(int status) {
    errno = 0;
    std::cout.flush();
    if (std::cout) return status;
    // What failed before that was told to the stream alone.
    const std::string why = errno == 0 ? std::string() : std::string(": ") + std::strerror(errno);
    std::cerr << "tlspolicy: not all could be written to the standard output" << why << '\n';
    return static_cast<int>(Exit::unknown);
}

/// CLI11 would say that there is no verb at all.
std::optional<std::string> unknown_verb(int argc, char** argv) {
    if (argc < 2 || std::string_view(argv[1]).starts_with('-')) return std::nullopt;
    for (const auto& offer : tlspolicy::cli::verbs())
        if (offer.name == argv[1]) return std::nullopt;
    return tlspolicy::printable(argv[1], 50);
}

int run(int argc, char** argv) {
    CLI::App app(
        "tlspolicy, the command beside tlspolicyd: asks the running daemon, and checks what it needs");
    app.set_version_flag("-V,--version", "tlspolicy " + std::string(tlspolicy::version()));
    app.require_subcommand(1);

    bool json = false;
    std::vector<std::pair<CLI::App*, std::unique_ptr<Verb>>> declared;
    for (const auto& offer : tlspolicy::cli::verbs()) {
        CLI::App* command = app.add_subcommand(std::string(offer.name), std::string(offer.summary));
        command->add_flag("--json", json, "Print JSON instead of text");
        auto verb = offer.make();
        verb->declare(*command);
        declared.emplace_back(command, std::move(verb));
    }
    if (argc > 1 && std::string_view(argv[1]) == "complete") {  // for the shells: conf/completion
        std::cout << tlspolicy::cli::candidates(app, {argv + 2, argv + argc});
        return 0;
    }
    if (const auto wrong = unknown_verb(argc, argv)) {
        std::cerr << "tlspolicy: there is no verb \"" << *wrong << "\": tlspolicy --help lists them\n";
        return static_cast<int>(Exit::unknown);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& outcome) {  // --help and --version too
        return app.exit(outcome) == 0 ? 0 : static_cast<int>(Exit::unknown);
    }

    auto terminal = tlspolicy::cli::standard_terminal(json);
    for (const auto& [command, verb] : declared)
        if (command->parsed()) return static_cast<int>(verb->run(terminal));
    return static_cast<int>(Exit::unknown);
}

}  // namespace

int main(int argc, char** argv) {
    return unless_unwritten(run(argc, argv));
}
