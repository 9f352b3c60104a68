#include "cli/control_option.hpp"

#include <CLI/App.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <ostream>

namespace tlspolicy::cli {
namespace {

constexpr std::chrono::seconds patience{100};  // answer_deadline is at most 90 s

}  // namespace

void ControlOption::declare(CLI::App& command) {
    command.add_option("-s,--socket", socket_, "The control socket of the daemon")->capture_default_str();
}

Result<ControlReply> ControlOption::ask(std::string_view method, const std::string& target) const {
    return ask_daemon(socket_, method, target, patience);
}

Exit tell_failure(Terminal& terminal, const Error& error) {
    if (terminal.json)
        terminal.out << boost::json::serialize(boost::json::object{{"schema", 1}, {"error", error.message()}})
                     << '\n';
    else
        terminal.err << "tlspolicy: " << error.message() << '\n';
    return Exit::unknown;
}

}  // namespace tlspolicy::cli
