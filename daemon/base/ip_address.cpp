#include "base/ip_address.hpp"

#include "base/printable.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace tlspolicy {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;

Error wrong(std::string_view what, std::string_view text) {
    return {ErrorKind::syntax, "\"" + printable(text, 60) + "\" is not " + std::string(what)};
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string input(text.substr(0, INET6_ADDRSTRLEN));  // inet_pton wants a C string
    if (std::array<std::uint8_t, 4> octets{};
        inet_pton(AF_INET, input.c_str(), octets.data()) == 1 && input.size() == text.size())
        return v4(octets);
    if (Octets octets{};
        inet_pton(AF_INET6, input.c_str(), octets.data()) == 1 && input.size() == text.size())
        return v6(octets);
    return wrong("an IP address", text);
}

IpAddress IpAddress::v4(const std::array<std::uint8_t, 4>& octets) noexcept {
    Octets all{};
    std::copy(mapped_prefix.begin(), mapped_prefix.end(), all.begin());
    std::copy(octets.begin(), octets.end(), all.begin() + mapped_prefix.size());
    return IpAddress(all);
}

bool IpAddress::is_v4() const noexcept {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), octets_.begin());
}

bool IpAddress::is_loopback() const noexcept {
    if (is_v4()) return octets_[12] == 127;
    return std::all_of(octets_.begin(), octets_.end() - 1, [](auto octet) { return octet == 0; })
           && octets_.back() == 1;
}

std::array<std::uint8_t, 4> IpAddress::v4_octets() const noexcept {
    return {octets_[12], octets_[13], octets_[14], octets_[15]};
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (is_v4())
        inet_ntop(AF_INET, octets_.data() + mapped_prefix.size(), buffer.data(), buffer.size());
    else
        inet_ntop(AF_INET6, octets_.data(), buffer.data(), buffer.size());
    return buffer.data();
}

Result<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return wrong("an IP address or network", text);
    const bool v4 = address->is_v4() && text.find(':') == std::string_view::npos;
    unsigned prefix = v4 ? 32 : 128;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        unsigned given = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
        if (error != std::errc() || end != digits.data() + digits.size() || given > prefix)
            return wrong("a network: the prefix length after '/' must be 0 to " + std::to_string(prefix),
                         text);
        prefix = given;
    }
    if (v4) prefix += mapped_bits;
    const IpNetwork network(*address, prefix);

    auto host_bits = address->octets();
    for (unsigned bit = 0; bit < prefix; ++bit)
        host_bits[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
    if (std::any_of(host_bits.begin(), host_bits.end(), [](auto octet) { return octet != 0; }))
        return wrong("a network: bits are set beyond its prefix", text);
    return network;
}

bool IpNetwork::contains(const IpAddress& address) const noexcept {
    const auto& a = first_.octets();
    const auto& b = address.octets();
    const std::size_t whole = prefix_ / 8;
    if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
    const unsigned rest = prefix_ % 8;
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

std::string IpNetwork::text() const {
    const bool v4 = first_.is_v4() && prefix_ >= mapped_bits;
    return first_.text() + '/' + std::to_string(v4 ? prefix_ - mapped_bits : prefix_);
}

}  // namespace tlspolicy
