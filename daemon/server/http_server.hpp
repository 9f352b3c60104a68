#pragma once

#include "async/slots.hpp"
#include "async/tasks.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log_limiter.hpp"
#include "server/http_service.hpp"
#include "server/passed_sockets.hpp"
#include "server/settings.hpp"
#include "server/socket.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace tlspolicy::server {

class HttpSession;

/// One listener for HTTP, at a TCP address or a Unix socket, on the network loop, where its members are to be
/// called. A client is served for itself, bounded in octets and time, so that none costs the others anything;
/// at most HttpLimits::clients are served at a time, and those who are idle go first to make room.
class HttpServer {
public:
    /// `network`, `clock` and `service` outlive it. It is stopped and idle before it is destroyed.
    HttpServer(boost::asio::io_context& network, const Clock& clock, HttpLimits limits, HttpService& service);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    using Passed = std::optional<PassedSockets::Listening>;

    /// Binds and listens, or answers at the socket that was passed; at a Unix socket everybody is served who
    /// can connect, `allow` is for TCP.
    Result<void> listen(Listener listener, const Passed& passed = {});
    /// Serves; after listen(), once.
    void start();
    /// Takes nobody in any more and disconnects everybody; idle() when all are gone.
    void stop();
    std::size_t clients() const noexcept { return slots_.in_use(); }
    bool idle() const noexcept { return tasks_.size() == 0; }

private:
    class Door;
    template <class Protocol>
    class ProtocolDoor;

    template <class Protocol, class Endpoint>
    Result<void> open_door(const Endpoint& endpoint, const Passed& passed, const std::string& path);
    boost::asio::awaitable<void> accept_all();
    boost::asio::awaitable<void> serve(Socket socket, async::Slots::Slot slot);
    void make_room();
    void refuse(const Socket& client);

    boost::asio::io_context& network_;
    const HttpLimits limits_;
    HttpService& service_;
    LogLimiter log_;
    Listener listener_{UnixEndpoint{}};
    std::unique_ptr<Door> door_;
    async::Slots slots_;
    std::list<HttpSession*> sessions_;
    bool stopping_ = false;
    async::Tasks tasks_;
};

}  // namespace tlspolicy::server
