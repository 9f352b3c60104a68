#include "cli/completion.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <doctest/doctest.h>

namespace tlspolicy::cli {
namespace {

/// A command with two verbs.
struct Example {
    CLI::App app{"example"};
    bool json = false;
    std::string socket;
    std::string domain;

    Example() {
        app.set_version_flag("-V,--version", "1");
        CLI::App* status = app.add_subcommand("status", "How it does");
        status->add_flag("--json", json, "JSON");
        status->add_option("-s,--socket", socket, "Where");
        CLI::App* show = app.add_subcommand("show", "All of a domain");
        show->add_option("DOMAIN", domain, "The domain");
    }
};

TEST_CASE("verbs are offered first, and after one its options; values are the user's") {
    struct Case {
        std::vector<std::string> words;
        std::string_view expected;
    };
    const Case cases[] = {
        {{}, "status\tHow it does\nshow\tAll of a domain\n"},
        {{""}, "status\tHow it does\nshow\tAll of a domain\n"},
        {{"st"}, "status\tHow it does\n"},
        {{"x"}, ""},
        {{"--v"}, "--version\tDisplay program version information and exit\n"},
        {{"status", ""}, ""},
        {{"status", "--j"}, "--json\tJSON\n"},
        {{"status", "--json", "--s"}, "--socket\tWhere\n"},
        {{"status", "--socket", "--"}, ""},
        {{"status", "-s", ""}, ""},
        {{"show", "e"}, ""},
        {{"show", "status", "--j"}, ""},
    };
    const Example example;
    for (const Case& each : cases) {
        std::string line;
        for (const std::string& word : each.words)
            line += "[" + word + "]";
        CAPTURE(line);
        CHECK(candidates(example.app, each.words) == each.expected);
    }
}

}  // namespace
}  // namespace tlspolicy::cli
