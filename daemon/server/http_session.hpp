#pragma once

#include "server/http_service.hpp"
#include "server/socket.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace tlspolicy::server {

/// One HTTP/1.1 or 1.0 client: its requests are answered one by one, in order. On the network loop.
class HttpSession {
public:
    using Instant = std::chrono::steady_clock::time_point;
    /// Whether others wait for this client to leave.
    using IsCrowded = std::function<bool()>;

    /// `service` outlives it.
    static std::unique_ptr<HttpSession> make(Socket socket, HttpLimits limits, HttpService& service,
                                             IsCrowded is_crowded);
    virtual ~HttpSession() = default;

    /// Until the client goes, errs, or has had its time.
    virtual boost::asio::awaitable<void> run() = 0;
    /// From when on it may be closed in favour of others who wait; nullopt while its answer is being made.
    virtual std::optional<Instant> dispensable_from() const noexcept = 0;
    virtual void close() = 0;
};

}  // namespace tlspolicy::server
