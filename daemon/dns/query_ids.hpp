#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tlspolicy::dns {

/// Query ids that nobody can guess (RFC 5452, 4.3), drawn from the system's randomness a handful at a time.
class QueryIds {
public:
    std::uint16_t next();

private:
    std::array<std::uint16_t, 128> ids_{};
    std::size_t left_ = 0;
};

}  // namespace tlspolicy::dns
