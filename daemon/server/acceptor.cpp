#include "server/acceptor.hpp"

#include "server/allow_list.hpp"
#include "server/peer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <type_traits>
#include <unistd.h>
#include <utility>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds pause_after_failure{100};  // EMFILE lasts until some client goes

template <class Protocol>
class ProtocolAcceptor final : public Acceptor {
public:
    /// One that moves to the loop that serves it.
    using Accepted = typename Protocol::socket::template rebind_executor<Executor>::other;

    ProtocolAcceptor(ServingLoop& home, typename Protocol::acceptor acceptor, Listener listener,
                     SocketFile file, Reception reception)
        : home_(home),
          acceptor_(std::move(acceptor)),
          pause_(home.context()),
          listener_(std::move(listener)),
          file_(std::move(file)),
          reception_(std::move(reception)) {}

    ~ProtocolAcceptor() override { remove_file(); }

    void start() override {
        asio::co_spawn(home_.context(), accept_all(), [](const std::exception_ptr& failure) {
            if (failure) std::rethrow_exception(failure);
        });
    }

    void close() override {
        asio::post(home_.context(), [this] {
            closed_ = true;
            remove_file();  // first: while the socket is open, no other file can have its inode
            error_code ignored;
            acceptor_.close(ignored);
            pause_.cancel();
        });
    }

private:
    asio::awaitable<void> accept_all() {
        while (!closed_) {
            ServingLoop& loop = reception_.next_loop();
            error_code failure;
            const Executor executor = loop.context().get_executor();
            Accepted socket =
                co_await acceptor_.async_accept(executor, asio::redirect_error(asio::use_awaitable, failure));
            if (!failure) {
                admit(loop, std::move(socket));
                continue;
            }
            if (closed_) co_return;
            if (const auto unsaid = reception_.log.admit())
                spdlog::warn("accept-failed listener={} reason=\"{}\" unsaid={}", name_of(listener_.endpoint),
                             failure.message(), *unsaid);
            pause_.expires_after(pause_after_failure);
            co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, failure));
        }
    }

    void admit(ServingLoop& loop, Accepted socket) {
        Socket client(std::move(socket));
        if (closed_ || !is_welcome(client)) {
            // It is known to that loop's reactor, whose sockets are touched on its own thread alone.
            asio::post(loop.context(), [refused = std::move(client)] {});
            return;
        }
        loop.shared().connections.fetch_add(1, std::memory_order_relaxed);
        loop.shared().traffic.accepted.fetch_add(1, std::memory_order_relaxed);
        loop.serve(std::move(client), listener_.table_map);
    }

    bool is_welcome(Socket& client) {
        if constexpr (std::is_same_v<Protocol, asio::ip::tcp>) {
            const auto address = address_of(client);
            if (!address) return false;  // gone again
            if (!is_allowed(listener_, *address))
                return refuse("its address is in no network of `allow`", client);
            error_code ignored;
            client.set_option(asio::ip::tcp::no_delay(true), ignored);
        }
        if (home_.shared().connections.load(std::memory_order_relaxed) >= reception_.max_connections)
            return refuse("max_connections is reached", client);
        return true;
    }

    bool refuse(std::string_view why, const Socket& client) {
        home_.shared().traffic.refused.fetch_add(1, std::memory_order_relaxed);
        if (const auto unsaid = reception_.log.admit())
            spdlog::warn("client-refused listener={} client={} reason=\"{}\" unsaid={}",
                         name_of(listener_.endpoint), peer_of(client), why, *unsaid);
        return false;
    }

    void remove_file() {
        file_.remove();
        file_ = {};
    }

    ServingLoop& home_;
    typename Protocol::acceptor acceptor_;
    asio::steady_timer pause_;
    Listener listener_;
    SocketFile file_;
    Reception reception_;
    bool closed_ = false;
};

template <class Protocol, class Endpoint>
Result<std::unique_ptr<Acceptor>> open_at(ServingLoop& home, const Endpoint& endpoint,
                                          const Listener& listener, Reception reception,
                                          const std::string& path) {
    auto acceptor = listen_on(home.context(), endpoint);
    if (!acceptor) return acceptor.error();
    return std::unique_ptr<Acceptor>(std::make_unique<ProtocolAcceptor<Protocol>>(
        home, std::move(acceptor).value(), listener, SocketFile::at(path), std::move(reception)));
}

template <class Protocol, class Endpoint>
Result<std::unique_ptr<Acceptor>> adopt_at(ServingLoop& home, const Endpoint& endpoint,
                                           const Listener& listener, int descriptor, Reception reception) {
    auto acceptor = server::adopt(home.context(), endpoint, descriptor);
    if (!acceptor) return acceptor.error();
    return std::unique_ptr<Acceptor>(std::make_unique<ProtocolAcceptor<Protocol>>(
        home, std::move(acceptor).value(), listener, SocketFile{}, std::move(reception)));
}

}  // namespace

Result<std::unique_ptr<Acceptor>> Acceptor::adopt(ServingLoop& home, const Listener& listener, int descriptor,
                                                  Reception reception) {
    if (const auto* local = std::get_if<UnixEndpoint>(&listener.endpoint))
        return adopt_at<asio::local::stream_protocol>(home, *local, listener, descriptor,
                                                      std::move(reception));
    return adopt_at<asio::ip::tcp>(home, std::get<TcpEndpoint>(listener.endpoint), listener, descriptor,
                                   std::move(reception));
}

Result<std::unique_ptr<Acceptor>> Acceptor::open(ServingLoop& home, const Listener& listener,
                                                 Reception reception) {
    if (const auto* local = std::get_if<UnixEndpoint>(&listener.endpoint))
        return open_at<asio::local::stream_protocol>(home, *local, listener, std::move(reception),
                                                     local->path);
    return open_at<asio::ip::tcp>(home, std::get<TcpEndpoint>(listener.endpoint), listener,
                                  std::move(reception), {});
}

}  // namespace tlspolicy::server
