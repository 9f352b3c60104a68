#pragma once

#include "base/clock.hpp"
#include "base/ip_address.hpp"
#include "base/paths.hpp"
#include "engine/overrides.hpp"
#include "postfix/map_options.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tlspolicy::server {

struct TcpEndpoint {
    IpAddress address;
    std::uint16_t port = 0;

    friend bool operator==(const TcpEndpoint&, const TcpEndpoint&) = default;
};

struct UnixEndpoint {
    std::string path;
    unsigned mode = 0660;    ///< permission bits
    std::string owner = {};  ///< user name; empty: the daemon's own
    std::string group = {};  ///< group name; empty: the daemon's own

    friend bool operator==(const UnixEndpoint&, const UnixEndpoint&) = default;
};

using Endpoint = std::variant<TcpEndpoint, UnixEndpoint>;

/// Whether two listeners cannot both be bound there.
inline bool same_place(const Endpoint& a, const Endpoint& b) {
    const auto* path = std::get_if<UnixEndpoint>(&a);
    const auto* other_path = std::get_if<UnixEndpoint>(&b);
    if (path != nullptr && other_path != nullptr) return path->path == other_path->path;
    return a == b;
}

/// A socket that speaks socketmap, or tcp_table where it names a map.
struct Listener {
    Endpoint endpoint;
    /// TCP clients beyond loopback that are served.
    std::vector<IpNetwork> allow = {};
    std::string table_map = {};

    friend bool operator==(const Listener&, const Listener&) = default;
};

/// What only a restart can change.
struct RestartSettings {
    unsigned threads = 1;  ///< serving loops
    std::vector<Listener> listeners = {{TcpEndpoint{IpAddress::v4({127, 0, 0, 1}), 8461}}};
    std::size_t max_connections = 10'000;
    /// Where `tlspolicy` reaches the daemon; nullopt: nowhere.
    std::optional<UnixEndpoint> control = UnixEndpoint{default_run_directory() + "/control"};
    /// Metrics and health, by HTTP; nullopt: nowhere.
    std::optional<Listener> http = Listener{TcpEndpoint{IpAddress::v4({127, 0, 0, 1}), 8463}};

    friend bool operator==(const RestartSettings&, const RestartSettings&) = default;
};

/// What a reload changes.
struct Settings {
    /// By the name that Postfix asks for: socketmap:inet:127.0.0.1:8461:NAME.
    std::map<std::string, postfix::MapOptions, std::less<>> maps = {
        {"postfix", {}},
        {"QUERY", {.dane = true}},
        {"QUERYwithTLSRPT", {.dane = true, .tlsrpt = true}},
    };
    engine::Overrides overrides = {};
    /// A client that sends nothing for this long is disconnected (MAP-5).
    Duration idle_timeout = std::chrono::minutes(5);

    friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace tlspolicy::server
