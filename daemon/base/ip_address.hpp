#pragma once

#include "base/error.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace tlspolicy {

/// An IPv4 or IPv6 address, kept as 16 octets in network order; an IPv4 address as its IPv4-mapped form
/// (::ffff:a.b.c.d), so that the two spellings of one host are one value.
class IpAddress {
public:
    using Octets = std::array<std::uint8_t, 16>;

    /// "192.0.2.1" or "2001:db8::1", without brackets and scope.
    static Result<IpAddress> parse(std::string_view text);
    static IpAddress v4(const std::array<std::uint8_t, 4>& octets) noexcept;
    static IpAddress v6(const Octets& octets) noexcept { return IpAddress(octets); }

    bool is_v4() const noexcept;
    bool is_loopback() const noexcept;
    const Octets& octets() const noexcept { return octets_; }
    /// The four octets of an IPv4 address; requires is_v4().
    std::array<std::uint8_t, 4> v4_octets() const noexcept;
    std::string text() const;

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    explicit IpAddress(const Octets& octets) noexcept : octets_(octets) {}
    Octets octets_;
};

/// A block of addresses, "10.0.0.0/8" or a single address.
class IpNetwork {
public:
    static Result<IpNetwork> parse(std::string_view text);
    bool contains(const IpAddress& address) const noexcept;
    std::string text() const;

    friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

private:
    IpNetwork(const IpAddress& first, unsigned prefix) noexcept : first_(first), prefix_(prefix) {}
    IpAddress first_;
    unsigned prefix_;  // bits of the 128, so 96 more than an IPv4 prefix says
};

}  // namespace tlspolicy
