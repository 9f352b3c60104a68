#pragma once

#include <cstdint>
#include <vector>

namespace tlspolicy::dane {

/// A TLSA record (RFC 6698, 2.1).
struct Tlsa {
    std::uint8_t usage = 0;
    std::uint8_t selector = 0;
    std::uint8_t matching_type = 0;
    std::vector<std::uint8_t> data = {};  ///< "certificate association data"

    friend bool operator==(const Tlsa&, const Tlsa&) = default;
};

/// Whether SMTP can verify a certificate with it (RFC 7672, 3.1): DANE-TA or DANE-EE, a selector and a
/// matching type that are defined, and a digest of the length that it has.
bool is_usable(const Tlsa& record) noexcept;

}  // namespace tlspolicy::dane
