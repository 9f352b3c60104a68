#include "config/endpoints.hpp"

#include "base/ascii.hpp"
#include "base/domain.hpp"
#include "base/percent.hpp"
#include "config/url_parts.hpp"

#include <algorithm>
#include <string>
#include <sys/un.h>

namespace tlspolicy::config {
namespace {

Error wrong(std::string_view message) {
    return {ErrorKind::syntax, std::string(message)};
}

using Endpoint = std::variant<server::TcpEndpoint, server::UnixEndpoint>;

Result<Endpoint> parse_unix_path(std::string_view path) {
    constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;  // 107 and its NUL
    if (path.empty() || path.front() != '/') return wrong("has no absolute path; allowed: \"unix:/path\"");
    if (path.size() > longest)
        return wrong("has a path of " + std::to_string(path.size()) + " bytes; allowed: at most "
                     + std::to_string(longest));
    if (path.find('\0') != path.npos) return wrong("has a NUL in its path");
    return Endpoint(server::UnixEndpoint{std::string(path)});
}

/// "user:password", decoded; RFC 7617, 2 forbids control characters in both.
std::optional<std::string> parse_credentials(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == text.npos || colon == 0) return std::nullopt;
    const auto user = percent_decode(text.substr(0, colon));
    const auto password = percent_decode(text.substr(colon + 1));
    if (!user || !password || user->find(':') != user->npos) return std::nullopt;
    auto credentials = *user + ':' + *password;
    const bool control = std::any_of(credentials.begin(), credentials.end(),
                                     [](char c) { return ascii::is_ascii(c) && !ascii::is_printable(c); });
    if (control) return std::nullopt;
    return credentials;
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) return parse_unix_path(text.substr(unix_prefix.size()));
    constexpr std::string_view allowed = "allowed: \"127.0.0.1:8461\", \"[::1]:8461\" or \"unix:/path\"";
    const auto parts = split_host_port(text);
    if (!parts || parts->host.empty()) return wrong("is not an address; " + std::string(allowed));
    const auto address = IpAddress::parse(parts->host);
    if (!address) return wrong("is not an IP address and port; " + std::string(allowed));
    if (parts->port.empty()) return wrong("has no port; " + std::string(allowed));
    const auto port = parse_port(parts->port);
    if (!port) return wrong("has no valid port; allowed: 1 to 65535");
    return Endpoint(server::TcpEndpoint{*address, *port});
}

Result<std::optional<server::UnixEndpoint>> parse_control(std::string_view text) {
    if (text == "off") return std::optional<server::UnixEndpoint>();
    const auto endpoint = parse_endpoint(text);
    if (endpoint && std::holds_alternative<server::UnixEndpoint>(*endpoint))
        return std::optional(std::get<server::UnixEndpoint>(*endpoint));
    if (text.starts_with("unix:")) return endpoint.error();
    return wrong("is not the address of a Unix socket; allowed: \"unix:/path\" or off");
}

Result<dns::NameServer> parse_name_server(std::string_view text) {
    constexpr std::string_view problem =
        "is not a name server; allowed: an IP address, or one with a port: \"192.0.2.53\", "
        "\"192.0.2.53:5353\", \"[2001:db8::53]:5353\"";
    const auto parts = split_host_port(text);
    if (!parts) return wrong(problem);
    const auto percent = parts->host.find('%');
    const auto address = IpAddress::parse(parts->host.substr(0, percent));
    if (!address) return wrong(problem);
    dns::NameServer server{*address};
    if (percent != parts->host.npos) {
        server.scope = parts->host.substr(percent + 1);
        const bool valid = !server.scope.empty() && server.scope.size() < 16  // IFNAMSIZ
                           && std::all_of(server.scope.begin(), server.scope.end(), [](char c) {
                                  return ascii::is_printable(c) && c != ' ' && c != '/' && c != '%';
                              });
        if (!valid || address->is_v4()) return wrong(problem);
    }
    if (parts->port.empty()) return server;
    const auto port = parse_port(parts->port);
    if (!port) return wrong("has no valid port; allowed: 1 to 65535");
    server.port = *port;
    return server;
}

Result<IpNetwork> parse_network(std::string_view text) {
    auto network = IpNetwork::parse(text);
    if (!network)
        return wrong(
            "is not a network; allowed: an address, or a prefix without bits beyond its length: "
            "\"10.0.0.0/8\", \"2001:db8::/32\"");
    return network;
}

Result<std::optional<https::Proxy>> parse_proxy(std::string_view text) {
    if (text.empty()) return std::optional<https::Proxy>();
    constexpr std::string_view allowed = "; allowed: \"\" or \"http://[user:password@]host:port\"";
    constexpr std::string_view scheme = "http://";
    if (!text.starts_with(scheme)) return wrong("does not begin with http://" + std::string(allowed));
    text.remove_prefix(scheme.size());
    https::Proxy proxy;
    if (const auto at = text.rfind('@'); at != text.npos) {
        const auto credentials = parse_credentials(text.substr(0, at));
        if (!credentials)
            return wrong("has no valid user and password (percent-encode reserved characters)"
                         + std::string(allowed));
        proxy.credentials = *credentials;
        text.remove_prefix(at + 1);
    }
    if (text.ends_with('/')) text.remove_suffix(1);
    const auto parts = split_host_port(text);
    if (!parts || parts->port.empty()) return wrong("has no host and port" + std::string(allowed));
    const auto port = parse_port(parts->port);
    if (!port) return wrong("has no valid port; allowed: 1 to 65535");
    proxy.port = *port;
    if (const auto address = IpAddress::parse(parts->host)) {
        proxy.host = address->text();
    } else if (const auto domain = Domain::parse(parts->host)) {
        proxy.host = domain->text();
    } else {
        return wrong("has a host that is neither a domain of at least two labels nor an IP address");
    }
    return std::optional(proxy);
}

}  // namespace tlspolicy::config
