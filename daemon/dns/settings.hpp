#pragma once

#include "base/clock.hpp"
#include "base/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tlspolicy::dns {

struct NameServer {
    IpAddress address;
    std::uint16_t port = 53;
    std::string scope = {};  ///< of a link-local IPv6 address, "eth0"

    friend bool operator==(const NameServer&, const NameServer&) = default;
};

/// More would never have their turn; the resolvers of C libraries stop at three.
constexpr std::size_t max_name_servers = 8;

/// Whose AD bit is believed (RFC 4035, 4.9.3; CONFORMANCE, DANE-1): anybody on the way can set it.
enum class TrustAd : std::uint8_t {
    automatic,  ///< servers at loopback addresses
    yes,        ///< all: the operator vouches for the way
    no,
};

struct Settings {
    /// Empty: those of `resolv_conf`, followed when it changes.
    std::vector<NameServer> servers = {};
    /// The whole of one lookup, all attempts at all servers included.
    Duration timeout = std::chrono::seconds(5);
    /// Rounds over the servers within that time.
    unsigned attempts = 3;
    TrustAd trust_ad = TrustAd::automatic;
    std::string resolv_conf = "/etc/resolv.conf";

    friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace tlspolicy::dns
