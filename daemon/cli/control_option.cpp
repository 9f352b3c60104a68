#include "cli/control_option.hpp"

#include "cli/json_reader.hpp"
#include "config/loader.hpp"

#include <CLI/App.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <chrono>
#include <ostream>

namespace tlspolicy::cli {
namespace {

constexpr std::chrono::seconds patience{110};  // the daemon needs no more than 100 s for anything

bool is_unreserved(char c) noexcept {  // RFC 3986, 2.3
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
           || c == '_' || c == '~';
}

}  // namespace

void ControlOption::declare(CLI::App& command) {
    declare_socket(command);
    command
        .add_option("-c,--config", config_,
                    "The daemon's configuration file, whose setting \"control\" names its socket")
        ->capture_default_str();
}

void ControlOption::declare_socket(CLI::App& command) {
    command.add_option("-s,--socket", socket_,
                       "The control socket of the daemon, where it is not the one of the configuration");
}

Result<ControlReply> ControlOption::ask(std::string_view method, const std::string& target) const {
    if (socket_) return ask_daemon(*socket_, method, target, patience);
    return ask(config::load(config_, false).config, method, target);
}

Result<ControlReply> ControlOption::ask(const config::Config& config, std::string_view method,
                                        const std::string& target) const {
    if (socket_) return ask_daemon(*socket_, method, target, patience);
    const auto& control = config.restart.control;
    if (!control)
        return Error(ErrorKind::system,
                     "the setting \"control\" of the configuration is off; a daemon that runs with another "
                     "one is found with the option --socket");
    return ask_daemon(control->path, method, target, patience);
}

Exit tell_failure(Terminal& terminal, const Error& error) {
    if (terminal.json)
        print(terminal, boost::json::object{{"schema", 1}, {"error", error.message()}});
    else
        terminal.err << "tlspolicy: " << error.message() << '\n';
    return Exit::unknown;
}

std::optional<Exit> tell_refusal(Terminal& terminal, const ControlReply& reply) {
    constexpr unsigned conflict = 409;
    if (reply.status < 400) return std::nullopt;
    if (terminal.json)
        print(terminal, reply.body);
    else
        terminal.err << "tlspolicy: the daemon refuses: " << text_at(reply.body, "error") << '\n';
    return reply.status == conflict ? Exit::problem : Exit::unknown;
}

void print(Terminal& terminal, const boost::json::object& object) {
    terminal.out << boost::json::serialize(object) << '\n';
}

std::string path_of(std::string_view word, std::string_view argument) {
    return fmt::format("/{}/{}", word, encoded(argument));
}

std::string encoded(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (is_unreserved(c))
            safe += c;
        else
            safe += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return safe;
}

}  // namespace tlspolicy::cli
