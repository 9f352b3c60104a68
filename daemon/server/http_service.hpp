#pragma once

#include "base/clock.hpp"
#include "server/http_message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>

namespace tlspolicy::server {

/// What an HTTP listener is asked for. Its coroutines run on the network loop.
class HttpService {
public:
    virtual ~HttpService() = default;
    /// Cancelled when it takes longer than HttpLimits::answer_timeout, or when the listener stops.
    virtual boost::asio::awaitable<HttpResponse> respond(HttpRequest request) = 0;
};

/// What a client may cost.
struct HttpLimits {
    std::size_t header_octets = 8 * 1024;
    std::size_t body_octets = 64 * 1024;
    Duration request_timeout = std::chrono::seconds(10);  ///< for a whole request to come, and a reply to go
    /// For a request to come, while others wait. It follows the handshake at once, and a place that somebody
    /// keeps without a word delays all behind it by this much.
    Duration crowded_timeout = std::chrono::milliseconds(20);
    Duration answer_timeout = std::chrono::seconds(60);  ///< for the service
    Duration idle_timeout = std::chrono::seconds(60);    ///< between two requests
    std::size_t clients = 32;
};

}  // namespace tlspolicy::server
