#pragma once

#include "dns/wire.hpp"

#include <cstdint>
#include <vector>

namespace tlspolicy::dns {

enum class Edns : std::uint8_t {
    off,
    on,
    dnssec,  ///< with DO (RFC 3225), for servers to which AD alone says too little
};

/// The UDP payload that the OPT record of a query announces: no fragments on today's networks.
constexpr std::uint16_t edns_payload = 1232;

/// The bytes of a recursive query of class IN. It sets AD, which asks for the AD bit of the answer
/// (RFC 6840, 5.7). Fails for a name that is too long or has escapes (see Question).
Result<std::vector<std::uint8_t>> pack_query(const Question& question, std::uint16_t id, Edns edns);

}  // namespace tlspolicy::dns
