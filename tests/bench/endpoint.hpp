#pragma once

#include <string>
#include <sys/socket.h>

namespace tlspolicy::bench {

/// Where a server listens, ready for bind() and connect().
struct Endpoint {
    sockaddr_storage address{};
    socklen_t size = 0;
    std::string unix_path;  ///< empty for TCP

    const sockaddr* data() const noexcept { return reinterpret_cast<const sockaddr*>(&address); }
    bool is_unix() const noexcept { return !unix_path.empty(); }
};

/// "127.0.0.1:8461" or "unix:/path". Throws std::invalid_argument.
Endpoint parse_endpoint(const std::string& text);

}  // namespace tlspolicy::bench
