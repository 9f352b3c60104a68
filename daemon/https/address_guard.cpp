#include "https/address_guard.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tlspolicy::https {
namespace {

struct Block {
    IpNetwork network;
    std::string_view name;
};

IpNetwork network(std::string_view text) {
    return IpNetwork::parse(text).value();
}

// The IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890, 8190) without the blocks they list as
// globally reachable (AS112, AMT), and the multicast blocks. The first that holds an address names it.
const std::vector<Block>& blocks() {
    static const std::vector<Block> all{
        {network("0.0.0.0/8"), "this network"},
        {network("10.0.0.0/8"), "private use (RFC 1918)"},
        {network("100.64.0.0/10"), "shared address space (RFC 6598)"},
        {network("127.0.0.0/8"), "loopback"},
        {network("169.254.0.0/16"), "link-local"},
        {network("172.16.0.0/12"), "private use (RFC 1918)"},
        {network("192.0.0.0/24"), "IETF protocol assignments"},
        {network("192.0.2.0/24"), "documentation"},
        {network("192.88.99.0/24"), "6to4 relay anycast"},
        {network("192.168.0.0/16"), "private use (RFC 1918)"},
        {network("198.18.0.0/15"), "benchmarking"},
        {network("198.51.100.0/24"), "documentation"},
        {network("203.0.113.0/24"), "documentation"},
        {network("224.0.0.0/4"), "multicast"},
        {network("255.255.255.255/32"), "limited broadcast"},
        {network("240.0.0.0/4"), "reserved (RFC 1112)"},
        {network("::/128"), "unspecified"},
        {network("::1/128"), "loopback"},
        {network("64:ff9b:1::/48"), "local-use IPv4/IPv6 translation"},
        {network("100::/64"), "discard-only"},
        {network("100:0:0:1::/64"), "dummy prefix"},
        {network("2001:2::/48"), "benchmarking"},
        {network("2001:db8::/32"), "documentation"},
        {network("3fff::/20"), "documentation"},
        {network("5f00::/16"), "segment routing"},
        {network("fc00::/7"), "unique local"},
        {network("fe80::/10"), "link-local"},
        {network("fec0::/10"), "site-local"},
        {network("ff00::/8"), "multicast"},
    };
    return all;
}

IpAddress carried(const IpAddress& address, std::size_t at, std::uint8_t mask = 0) {
    std::array<std::uint8_t, 4> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i)
        octets[i] = static_cast<std::uint8_t>(address.octets()[at + i] ^ mask);
    return IpAddress::v4(octets);
}

std::optional<std::string_view> by_what_it_carries(const IpAddress& address) {
    static const IpNetwork compatible = network("::/96");
    static const IpNetwork nat64 = network("64:ff9b::/96");
    static const IpNetwork six_to_four = network("2002::/16");
    static const IpNetwork teredo = network("2001::/32");
    static const IpNetwork protocol_assignments = network("2001::/23");
    if (compatible.contains(address)) return "IPv4-compatible (RFC 4291)";
    if (nat64.contains(address)) return special_purpose(carried(address, 12));
    if (six_to_four.contains(address)) return special_purpose(carried(address, 2));
    if (teredo.contains(address)) {  // RFC 4380, 4: the server, and the client with its bits inverted
        if (const auto server = special_purpose(carried(address, 4))) return server;
        return special_purpose(carried(address, 12, 0xFF));
    }
    if (protocol_assignments.contains(address)) return "IETF protocol assignments";
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> special_purpose(const IpAddress& address) {
    const auto& all = blocks();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const Block& block) { return block.network.contains(address); });
    if (found != all.end()) return found->name;
    if (address.is_v4()) return std::nullopt;
    return by_what_it_carries(address);
}

std::optional<std::string_view> refusal(const IpAddress& address, const std::vector<IpNetwork>& allowed) {
    const auto name = special_purpose(address);
    if (!name) return std::nullopt;
    const bool allowed_all_the_same = std::any_of(
        allowed.begin(), allowed.end(), [&](const IpNetwork& block) { return block.contains(address); });
    if (allowed_all_the_same) return std::nullopt;
    return name;
}

}  // namespace tlspolicy::https
