#include "dns/name_server.hpp"

namespace tlspolicy::dns {

std::string text_of(const NameServer& server) {
    constexpr std::uint16_t dns_port = 53;
    std::string host = server.address.text();
    if (!server.scope.empty()) host += '%' + server.scope;
    if (server.port == dns_port) return host;
    if (!server.address.is_v4()) host = '[' + host + ']';
    return host + ':' + std::to_string(server.port);
}

std::string text_of(std::span<const NameServer> servers) {
    std::string all;
    for (const NameServer& server : servers) {
        if (!all.empty()) all += ' ';
        all += text_of(server);
    }
    return all;
}

}  // namespace tlspolicy::dns
