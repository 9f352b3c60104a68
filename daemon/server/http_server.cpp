#include "server/http_server.hpp"

#include "server/allow_list.hpp"
#include "server/http_session.hpp"
#include "server/listening_socket.hpp"
#include "server/peer.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::milliseconds pause_after_failure{100};  // EMFILE lasts until some client goes
constexpr std::chrono::milliseconds look_for_room{10};

}  // namespace

/// The listening socket, of either kind.
class HttpServer::Door {
public:
    virtual ~Door() = default;
    virtual asio::awaitable<std::optional<Socket>> accept(error_code& failure) = 0;
    virtual void close() = 0;
};

template <class Protocol>
class HttpServer::ProtocolDoor final : public Door {
public:
    ProtocolDoor(asio::io_context& network, typename Protocol::acceptor acceptor, SocketFile file)
        : executor_(network.get_executor()), acceptor_(std::move(acceptor)), file_(std::move(file)) {}
    ~ProtocolDoor() override { file_.remove(); }

    asio::awaitable<std::optional<Socket>> accept(error_code& failure) override {
        using Accepted = typename Protocol::socket::template rebind_executor<Executor>::other;
        Accepted accepted =
            co_await acceptor_.async_accept(executor_, asio::redirect_error(asio::use_awaitable, failure));
        std::optional<Socket> client;
        if (!failure) client.emplace(std::move(accepted));
        co_return client;
    }

    void close() override {
        file_.remove();  // first: while the socket is open, no other file can have its inode
        file_ = {};
        error_code ignored;
        acceptor_.close(ignored);
    }

private:
    Executor executor_;
    typename Protocol::acceptor acceptor_;
    SocketFile file_;
};

HttpServer::HttpServer(asio::io_context& network, const Clock& clock, HttpLimits limits, HttpService& service)
    : network_(network),
      limits_(limits),
      service_(service),
      log_(clock),
      slots_(network.get_executor(), limits.clients),
      tasks_(network.get_executor(), [this](const std::exception_ptr& failure) {
          if (!stopping_) spdlog::error("http-failed reason=\"{}\"", words_of(failure));
      }) {}

HttpServer::~HttpServer() = default;

Result<void> HttpServer::listen(Listener listener, const Passed& passed) {
    if (passed) listener.endpoint = passed->endpoint;
    listener_ = std::move(listener);
    if (const auto* local = std::get_if<UnixEndpoint>(&listener_.endpoint))
        return open_door<asio::local::stream_protocol>(*local, passed, local->path);
    return open_door<asio::ip::tcp>(std::get<TcpEndpoint>(listener_.endpoint), passed, {});
}

template <class Protocol, class Endpoint>
Result<void> HttpServer::open_door(const Endpoint& endpoint, const Passed& passed, const std::string& path) {
    auto acceptor = passed ? adopt(network_, endpoint, passed->descriptor) : listen_on(network_, endpoint);
    if (!acceptor) return acceptor.error();
    auto file = passed ? SocketFile{} : SocketFile::at(path);  // a passed one is not ours to remove
    door_ = std::make_unique<ProtocolDoor<Protocol>>(network_, std::move(acceptor).value(), std::move(file));
    return {};
}

void HttpServer::start() {
    tasks_.spawn(accept_all());
}

void HttpServer::stop() {
    stopping_ = true;
    if (door_) door_->close();
    for (auto* session : sessions_)
        session->close();
    tasks_.cancel();
}

asio::awaitable<void> HttpServer::accept_all() {
    asio::steady_timer pause(network_);
    while (!stopping_) {
        error_code failure;
        auto client = co_await door_->accept(failure);
        if (stopping_) co_return;
        if (!client) {
            if (const auto unsaid = log_.admit())
                spdlog::warn("accept-failed listener={} reason=\"{}\" unsaid={}", name_of(listener_.endpoint),
                             failure.message(), *unsaid);
            pause.expires_after(pause_after_failure);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failure));
            continue;
        }
        const auto address = address_of(*client);
        if (address && !is_allowed(listener_, *address)) {
            refuse(*client);
            continue;
        }
        // Those who come while all slots are busy wait in the system's queue, behind this one.
        async::Slots::Slot slot;
        while (!slot) {
            make_room();
            slot = co_await slots_.take(async::Slots::SteadyTime::clock::now() + look_for_room);
        }
        tasks_.spawn(serve(std::move(*client), std::move(slot)));
    }
}

asio::awaitable<void> HttpServer::serve(Socket socket, async::Slots::Slot /*slot*/) {
    if (stopping_) co_return;
    const auto session =
        HttpSession::make(std::move(socket), limits_, service_, [this] { return slots_.waiting() > 0; });
    struct Entry {
        std::list<HttpSession*>& sessions;
        HttpSession* session;
        Entry(std::list<HttpSession*>& all, HttpSession* one) : sessions(all), session(one) {
            sessions.push_back(session);
        }
        Entry(const Entry&) = delete;
        Entry& operator=(const Entry&) = delete;
        ~Entry() { sessions.remove(session); }
    };
    const Entry entry(sessions_, session.get());
    co_await session->run();
}

// If all slots are taken: of those who are between two requests, or take their time to send one, to read
// their answer or to leave, the one that has done so for longest has to go.
void HttpServer::make_room() {
    if (slots_.in_use() < limits_.clients) return;
    HttpSession* first = nullptr;
    auto when = std::chrono::steady_clock::now();
    for (auto* session : sessions_) {
        const auto dispensable = session->dispensable_from();
        if (!dispensable || *dispensable > when) continue;
        first = session;
        when = *dispensable;
    }
    if (first != nullptr) first->close();
}

void HttpServer::refuse(const Socket& client) {
    if (const auto unsaid = log_.admit())
        spdlog::warn(
            "client-refused listener={} client={} reason=\"its address is in no network of `allow`\" "
            "unsaid={}",
            name_of(listener_.endpoint), peer_of(client), *unsaid);
}

}  // namespace tlspolicy::server
