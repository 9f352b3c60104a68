#include "tls/tlsa_match.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace tlspolicy::tls {
namespace {

constexpr std::uint8_t dane_ee = 3;
constexpr std::uint8_t public_key = 1;
constexpr std::uint8_t sha_256 = 1;
constexpr std::uint8_t sha_512 = 2;

std::string_view text_of(const std::vector<std::uint8_t>& data) {
    return {reinterpret_cast<const char*>(data.data()), data.size()};
}

template <std::size_t size>
bool is_digest(unsigned char* (*digest)(const unsigned char*, std::size_t, unsigned char*),
               std::string_view octets, std::string_view expected) {
    std::array<unsigned char, size> made{};
    digest(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), made.data());
    return expected == std::string_view(reinterpret_cast<const char*>(made.data()), made.size());
}

bool means(const dane::Tlsa& record, const Certificate& certificate) {
    const std::string_view octets = record.selector == public_key ? certificate.public_key : certificate.der;
    const std::string_view expected = text_of(record.data);
    if (record.matching_type == sha_256) return is_digest<SHA256_DIGEST_LENGTH>(SHA256, octets, expected);
    if (record.matching_type == sha_512) return is_digest<SHA512_DIGEST_LENGTH>(SHA512, octets, expected);
    return octets == expected;
}

}  // namespace

bool means(const dane::Tlsa& record, const Chain& chain) {
    if (!dane::is_usable(record) || chain.empty()) return false;
    if (record.usage == dane_ee) return means(record, chain.front());
    return std::any_of(chain.begin(), chain.end(),
                       [&](const Certificate& certificate) { return means(record, certificate); });
}

std::string recommended_tlsa(const Certificate& certificate) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(certificate.public_key.data()),
           certificate.public_key.size(), digest.data());
    return fmt::format("3 1 1 {:02x}", fmt::join(digest, ""));
}

}  // namespace tlspolicy::tls
