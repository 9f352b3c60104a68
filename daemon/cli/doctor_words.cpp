#include "cli/doctor_words.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

constexpr std::uint16_t usual_port = 53;

bool is_plain(char c) {
    return ascii::is_alphanumeric(c) || std::string_view("=/._-:,+@%[]").find(c) != std::string_view::npos;
}

std::string postconf(const PostfixFacts& postfix) {
    return postfix.config_given ? "postconf -c " + for_shell(postfix.config_directory) + " " : "postconf ";
}

}  // namespace

Finding fine(std::string what) {
    return {Severity::ok, std::move(what)};
}

std::string for_shell(std::string_view word) {
    if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
    std::string text = "'";
    for (const char c : word) {
        if (c == '\'')
            text += "'\\''";
        else
            text += c;
    }
    return text += '\'';
}

std::string postconf_line(const PostfixFacts& postfix, std::string_view name, std::string_view value) {
    return postconf(postfix) + for_shell(std::string(name) + "=" + std::string(value));
}

std::string postconf_without(const PostfixFacts& postfix, std::string_view name) {
    return postconf(postfix) + "-X " + std::string(name);
}

std::string name_of(const dns::NameServer& server) {
    std::string text = server.address.text();
    if (!server.scope.empty()) text += "%" + server.scope;
    if (server.port == usual_port) return text;
    if (!server.address.is_v4()) text = "[" + text + "]";
    return text + ":" + std::to_string(server.port);
}

std::string names_of(const std::vector<dns::NameServer>& servers) {
    std::string text;
    for (std::size_t place = 0; place < servers.size(); ++place) {
        if (place > 0) text += place + 1 == servers.size() ? " and " : ", ";
        text += name_of(servers[place]);
    }
    return text;
}

}  // namespace tlspolicy::cli::doctor
