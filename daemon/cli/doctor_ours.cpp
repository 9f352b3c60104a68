#include "base/ip_address.hpp"
#include "cli/doctor_judges.hpp"

#include <algorithm>
#include <charconv>

namespace tlspolicy::cli::doctor {
namespace {

bool is_any(const IpAddress& address) {
    return address.text() == "0.0.0.0" || address.text() == "::";
}

bool meets(const postfix::TableHost& host, const server::TcpEndpoint& endpoint) {
    unsigned port = 0;
    const char* end = host.port.data() + host.port.size();
    if (std::from_chars(host.port.data(), end, port).ptr != end || port != endpoint.port) return false;
    if (is_any(endpoint.address)) return true;
    if (host.host == "localhost") return endpoint.address.is_loopback();
    const auto address = IpAddress::parse(host.host);
    return address && *address == endpoint.address;
}

/// However the path is meant: it is another judgement whether it is right.
bool meets(const postfix::TableSocket& socket, const server::UnixEndpoint& endpoint,
           const std::string& queue_directory) {
    if (socket.path == endpoint.path) return true;
    const std::string slash = socket.path.front() == '/' ? "" : "/";
    return queue_directory + slash + socket.path == endpoint.path;
}

bool meets(const postfix::TableServer& server, const server::Listener& listener,
           const std::string& queue_directory) {
    if (server.map.empty() != !listener.table_map.empty()) return false;
    const auto* tcp = std::get_if<server::TcpEndpoint>(&listener.endpoint);
    if (const auto* host = std::get_if<postfix::TableHost>(&server.where)) return tcp && meets(*host, *tcp);
    return !tcp
           && meets(std::get<postfix::TableSocket>(server.where),
                    std::get<server::UnixEndpoint>(listener.endpoint), queue_directory);
}

/// Sockets that systemd passes need not be those of the configuration: the running daemon knows.
bool runs_at(const std::string& address, const DaemonFacts& daemon) {
    if (!daemon.status || !*daemon.status) return false;
    const auto& listeners = (*daemon.status)->listeners;
    return std::find(listeners.begin(), listeners.end(), address) != listeners.end();
}

bool is_of_this_machine(const postfix::TableServer& server) {
    const auto* host = std::get_if<postfix::TableHost>(&server.where);
    if (host == nullptr || host->host == "localhost") return true;
    const auto address = IpAddress::parse(host->host);
    return address && address->is_loopback();
}

}  // namespace

const server::Listener* listener_of(const TriedTable& table, const PostfixFacts& postfix,
                                    const DaemonFacts& daemon) {
    const auto* server = std::get_if<postfix::TableServer>(&table.table.server);
    if (!server) return nullptr;
    const std::string queue = postfix.value("queue_directory");
    const auto& listeners = daemon.config.restart.listeners;
    const auto found =
        std::find_if(listeners.begin(), listeners.end(),
                     [&](const server::Listener& listener) { return meets(*server, listener, queue); });
    return found == listeners.end() ? nullptr : &*found;
}

bool asks_another(const TriedTable& table, const PostfixFacts& postfix, const DaemonFacts& daemon) {
    const auto* server = std::get_if<postfix::TableServer>(&table.table.server);
    if (!server || !is_of_this_machine(*server) || listener_of(table, postfix, daemon)) return false;
    return table.asked && table.asked->failure.empty() && !runs_at(table.asked->address, daemon);
}

std::vector<const TriedTable*> our_tables(const PostfixFacts& postfix, const DaemonFacts& daemon) {
    std::vector<const TriedTable*> ours;
    std::vector<const TriedTable*> servers;
    for (const TriedTable& table : postfix.tables) {
        if (listener_of(table, postfix, daemon)) ours.push_back(&table);
        if (std::holds_alternative<postfix::TableServer>(table.table.server)
            && !asks_another(table, postfix, daemon))
            servers.push_back(&table);
    }
    return ours.empty() ? servers : ours;
}

std::string map_of(const TriedTable& table, const PostfixFacts& postfix, const DaemonFacts& daemon) {
    const auto* server = std::get_if<postfix::TableServer>(&table.table.server);
    if (!server) return {};
    if (!server->map.empty()) return server->map;
    const server::Listener* listener = listener_of(table, postfix, daemon);
    return listener ? listener->table_map : std::string();
}

const postfix::MapOptions* options_of(const TriedTable& table, const PostfixFacts& postfix,
                                      const DaemonFacts& daemon) {
    const auto& maps = daemon.config.server.maps;
    const auto found = maps.find(map_of(table, postfix, daemon));
    return found == maps.end() ? nullptr : &found->second;
}

bool does_dane(const PostfixFacts& postfix, const DaemonFacts& daemon) {
    const std::string level = postfix.value("smtp_tls_security_level");
    if (level == "dane" || level == "dane-only") return true;
    const auto ours = our_tables(postfix, daemon);
    return std::any_of(ours.begin(), ours.end(), [&](const TriedTable* table) {
        const auto* options = options_of(*table, postfix, daemon);
        return options && options->dane;
    });
}

}  // namespace tlspolicy::cli::doctor
