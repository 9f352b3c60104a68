#include "cli/completion.hpp"

#include <CLI/App.hpp>

#include <algorithm>

namespace tlspolicy::cli {
namespace {

void append(std::string& lines, const std::string& word, const std::string& what, std::string_view begun) {
    if (!word.starts_with(begun)) return;
    lines.append(word).append("\t").append(what.substr(0, what.find('\n'))).append("\n");
}

const CLI::Option* option_named(const CLI::App& command, const std::string& word) {
    const auto options = command.get_options();
    const auto found = std::find_if(options.begin(), options.end(), [&](const CLI::Option* option) {
        return word.starts_with('-') && option->check_name(word);
    });
    return found == options.end() ? nullptr : *found;
}

std::vector<const CLI::App*> all_verbs(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* verb_in(const CLI::App& app, const std::vector<std::string>& words) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        for (const CLI::App* verb : all_verbs(app))
            if (verb->get_name() == words[i]) return verb;
    return nullptr;
}

void append_options(std::string& lines, const CLI::App& command, std::string_view begun) {
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames())
            append(lines, "--" + name, option->get_description(), begun);
}

}  // namespace

std::string candidates(const CLI::App& app, const std::vector<std::string>& words) {
    std::string lines;
    const std::string begun = words.empty() ? std::string() : words.back();
    const CLI::App* verb = verb_in(app, words);
    const CLI::App& command = verb == nullptr ? app : *verb;
    const CLI::Option* before = words.size() < 2 ? nullptr : option_named(command, words[words.size() - 2]);
    if (before != nullptr && before->get_items_expected_max() > 0) return lines;  // its value
    if (begun.starts_with('-')) {
        append_options(lines, command, begun);
    } else if (verb == nullptr) {
        for (const CLI::App* each : all_verbs(app))
            append(lines, each->get_name(), each->get_description(), begun);
    }
    return lines;
}

}  // namespace tlspolicy::cli
