#pragma once

#include "base/error.hpp"
#include "base/log_limiter.hpp"
#include "server/listening_socket.hpp"
#include "server/serving_loop.hpp"
#include "server/settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace tlspolicy::server {

/// What every acceptor needs of the server. Outlives them.
struct Reception {
    std::function<ServingLoop&()> next_loop;  ///< whose turn it is to serve a client
    std::size_t max_connections;
    LogLimiter& log;
};

/// Takes clients in at one listener and deals them out to the serving loops. It lives on one loop, and goes
/// on through every error that accept(2) can meet: the next client may have better luck.
class Acceptor {
public:
    /// Opens the listener's socket.
    static Result<std::unique_ptr<Acceptor>> open(ServingLoop& home, const Listener& listener,
                                                  Reception reception);
    /// Accepts at a socket that listens there already, and owns it. A Unix socket's file is not ours to
    /// remove.
    static Result<std::unique_ptr<Acceptor>> adopt(ServingLoop& home, const Listener& listener,
                                                   int descriptor, Reception reception);
    virtual ~Acceptor() = default;

    /// From any thread, once.
    virtual void start() = 0;
    /// From any thread: takes nobody in any more; a Unix socket's file goes.
    virtual void close() = 0;
};

}  // namespace tlspolicy::server
