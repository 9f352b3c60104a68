#pragma once

#include "base/clock.hpp"
#include "base/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::https {

/// An HTTP proxy that is asked to CONNECT to the policy host.
struct Proxy {
    std::string host;  ///< a domain or an IP address
    std::uint16_t port = 3128;
    std::string credentials = {};  ///< "user:password" for Basic authentication; never printed

    friend bool operator==(const Proxy&, const Proxy&) = default;
};

struct Settings {
    /// The whole fetch: addresses, connect, handshake, body (STS-24).
    Duration timeout = std::chrono::seconds(10);
    /// Octets of body (STS-17).
    std::size_t max_policy_size = 64 * 1024;  // RFC 8461, 3.3 suggests 64 kilobytes
    /// Trusted roots, PEM. Empty: $SSL_CERT_FILE, else the system's.
    std::string ca_file = {};
    /// Fetches at one time; more wait for their turn.
    std::size_t concurrency = 128;
    /// Special-purpose addresses that may be connected to all the same (STS-27).
    std::vector<IpNetwork> allow_addresses = {};
    std::optional<Proxy> proxy = {};
    /// Where policy hosts listen. RFC 8461, 3.3 leaves no choice: not in the configuration, for tests alone.
    std::uint16_t port = 443;

    friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace tlspolicy::https
