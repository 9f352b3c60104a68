#include "cli/bulk.hpp"

#include "base/wall_clock.hpp"
#include "cli/control_option.hpp"
#include "cli/progress.hpp"
#include "config/endpoints.hpp"
#include "inquiry/name_list.hpp"

#include <CLI/App.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <utility>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t most_parallel = 1000;  // of the files that a process may have open

Result<std::string> read_all(std::istream& in) {
    std::string text;
    std::string piece(64 * 1024, '\0');
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
        text.append(piece, 0, static_cast<std::size_t>(in.gcount()));
        if (text.size() > inquiry::max_list) return Error(ErrorKind::system, "more than 64 MiB");
    }
    if (in.bad()) return Error(ErrorKind::system, "it cannot be read");
    return text;
}

Result<std::string> read_file(const std::string& file) {
    if (file == "-") return read_all(std::cin);
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error(ErrorKind::system, "it cannot be opened");
    return read_all(in);
}

Result<inquiry::SocketmapClient::Server> server_in(std::string_view option, const std::string& text) {
    auto endpoint = config::parse_endpoint(text);
    if (!endpoint)
        return Error(ErrorKind::syntax,
                     fmt::format("{}: \"{}\" {}", option, text, endpoint.error().message()));
    return std::move(*endpoint);
}

/// Where nobody answers at all, one reason says more than as many as there are names.
Result<inquiry::Replies> unless_mute(inquiry::Replies replies) {
    const bool mute = !replies.empty() && std::none_of(replies.begin(), replies.end(), [](const auto& reply) {
        return reply.has_value();
    });
    if (mute) return replies.front().error();
    return replies;
}

/// The exit status, with the reason on the terminal: a table for postmap holds it in comments alone.
Exit tell_open(Terminal& terminal, const std::vector<BulkRow>& rows, Columns columns) {
    if (const auto words = open_names(rows, columns); !words.empty())
        terminal.err << "tlspolicy: " << words << '\n';
    return exit_of(rows, columns);
}

}  // namespace

void Bulk::declare(CLI::App& command) {
    command.add_option("FILE", file_, "Names, one a line; \"-\": standard input")->required();
    command.add_option("-m,--map", map_, "The map that is asked")->capture_default_str();
    command.add_option("--parallel", parallel_, "Lookups at one time")
        ->capture_default_str()
        ->check(CLI::Range(std::size_t{1}, most_parallel));
    command.add_option("--server", server_,
                       "Ask this socketmap server, not the network: ADDRESS:PORT or unix:PATH");
    auto* compare = command.add_option("--compare", compare_,
                                       "Print where this other socketmap server says something else: "
                                       "ADDRESS:PORT:MAP or unix:PATH:MAP");
    command.add_flag("--postmap", postmap_, "Print a table for postmap(1) or texthash:")->excludes(compare);
    engine_.declare(command);
}

Result<Bulk::Names> Bulk::names() const {
    const auto text = read_file(file_);
    if (!text) return text.error().in(file_);
    auto names = inquiry::read_names(*text);
    if (!names) return names.error().in(file_);
    return names;
}

Result<Bulk::Servers> Bulk::servers() const {
    Servers servers;
    if (server_) {
        auto endpoint = server_in("--server", *server_);
        if (!endpoint) return endpoint.error();
        servers.here = ServerAndMap{std::move(*endpoint), map_};
    }
    if (!compare_) return servers;
    const auto colon = compare_->rfind(':');  // "127.0.0.1:8461:postfix", "unix:/path:postfix"
    if (colon == std::string::npos || colon + 1 == compare_->size())
        return Error(ErrorKind::syntax, fmt::format("--compare: \"{}\" is not ADDRESS:PORT:MAP", *compare_));
    auto endpoint = server_in("--compare", compare_->substr(0, colon));
    if (!endpoint) return endpoint.error();
    servers.there = ServerAndMap{std::move(*endpoint), compare_->substr(colon + 1)};
    return servers;
}

Result<inquiry::Replies> Bulk::ask_here(Terminal& terminal, const Names& names) const {
    const auto config = engine_.load(terminal);
    if (!config) return config.error();
    const auto map = config->server.maps.find(map_);
    if (map == config->server.maps.end())
        return Error(ErrorKind::system, fmt::format("there is no map \"{}\" in the configuration", map_));
    inquiry::LocalSource source(*config, map->second);
    if (auto usable = source.usable(); !usable) return usable.error();
    Progress progress(terminal.err, terminal_for_progress(), "asking", names.size());
    return inquiry::ask_all(source, names, parallel_, [&](std::size_t done) { progress.show(done); });
}

Result<inquiry::Replies> Bulk::ask_server(Terminal& terminal, std::string_view what,
                                          const ServerAndMap& server, const Names& names) const {
    inquiry::ServerSource source(server.server, server.map);
    Progress progress(terminal.err, terminal_for_progress(), what, names.size());
    return unless_mute(
        inquiry::ask_all(source, names, parallel_, [&](std::size_t done) { progress.show(done); }));
}

Exit Bulk::run(Terminal& terminal) {
    const auto chosen = servers();  // before lookups that may take minutes
    if (!chosen) return tell_failure(terminal, chosen.error());
    const auto all = names();
    if (!all) return tell_failure(terminal, all.error());
    auto here = chosen->here ? ask_server(terminal, "asking", *chosen->here, *all) : ask_here(terminal, *all);
    if (!here) return tell_failure(terminal, here.error());
    std::vector<BulkRow> rows;
    for (std::size_t i = 0; i < all->size(); ++i)
        rows.push_back({(*all)[i], std::move((*here)[i])});
    if (!chosen->there) return print(terminal, rows);

    auto there = ask_server(terminal, "comparing", *chosen->there, *all);
    if (!there) return tell_failure(terminal, there.error());
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].other = std::move((*there)[i]);
    return print_differences(terminal, std::move(rows));
}

Exit Bulk::print(Terminal& terminal, const std::vector<BulkRow>& rows) const {
    if (postmap_)
        terminal.out << to_postmap(rows, map_, SystemWallClock().now());
    else if (terminal.json)
        terminal.out << to_json_lines(rows, Columns::one);
    else
        terminal.out << to_table(rows, Columns::one, Palette(terminal.colour), terminal.width);
    return tell_open(terminal, rows, Columns::one);
}

Exit Bulk::print_differences(Terminal& terminal, std::vector<BulkRow> rows) const {
    const std::size_t asked = rows.size();
    const Exit exit = tell_open(terminal, rows, Columns::both);
    rows = differences(std::move(rows));
    if (terminal.json)
        terminal.out << to_json_lines(rows, Columns::both);
    else
        terminal.out << to_table(rows, Columns::both, Palette(terminal.colour), terminal.width);
    terminal.err << fmt::format("{} of {} names are answered differently\n", rows.size(), asked);
    if (exit != Exit::fine) return exit;
    return rows.empty() ? Exit::fine : Exit::warning;
}

}  // namespace tlspolicy::cli
