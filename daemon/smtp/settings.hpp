#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string>

namespace tlspolicy::smtp {

struct Settings {
    /// The whole of one probe: connect, greeting, EHLO, STARTTLS, handshake.
    Duration timeout = std::chrono::seconds(20);
    std::uint16_t port = 25;
    /// What EHLO says; empty: the address that the connection comes from (RFC 5321, 4.1.3).
    std::string helo = {};

    friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace tlspolicy::smtp
