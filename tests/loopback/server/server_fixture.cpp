#include "loopback/server/server_fixture.hpp"

#include "server/listening_socket.hpp"

#include <boost/asio/post.hpp>

#include <chrono>
#include <cstring>
#include <future>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace tlspolicy::test {
namespace {

namespace asio = boost::asio;

template <class Function>
auto on(asio::io_context& loop, Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    asio::post(loop, std::move(task));
    return result.get();
}

}  // namespace

// It stays bound, but does not listen: so nobody else is given the port, and SO_REUSEADDR lets the server
// have it.
FreePort::FreePort(std::string_view address)
    : address_(IpAddress::parse(address).value()),
      socket_(::socket(address_.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_storage place{};
    socklen_t size = 0;
    if (address_.is_v4()) {
        auto& v4 = reinterpret_cast<sockaddr_in&>(place);
        v4.sin_family = AF_INET;
        std::memcpy(&v4.sin_addr, address_.v4_octets().data(), sizeof v4.sin_addr);
        size = sizeof v4;
    } else {
        auto& v6 = reinterpret_cast<sockaddr_in6&>(place);
        v6.sin6_family = AF_INET6;
        std::memcpy(&v6.sin6_addr, address_.octets().data(), sizeof v6.sin6_addr);
        size = sizeof v6;
    }
    auto* generic = reinterpret_cast<sockaddr*>(&place);
    if (::bind(socket_, generic, size) != 0 || ::getsockname(socket_, generic, &size) != 0)
        throw std::runtime_error("no free port at " + address_.text());
    number_ = ntohs(reinterpret_cast<sockaddr_in&>(place).sin_port);  // at one offset in both families
}

FreePort::~FreePort() {
    ::close(socket_);
}

EngineFixture::EngineFixture(const engine::Settings& settings)
    : work_(network_.get_executor()),
      policies_(network_.get_executor()),
      engine_(network_.get_executor(), cache_, policies_, policies_, clock_, observer_, settings, 1),
      timer_(network_),
      thread_([this] { network_.run(); }) {
    asio::post(network_, [this] { tick(); });
}

EngineFixture::~EngineFixture() {
    stop();
    while (!is_idle())
        std::this_thread::yield();
    on(network_, [this] {
        ending_ = true;  // a timer that has fired already cannot be cancelled
        timer_.cancel();
        work_.reset();
    });
    thread_.join();
}

void EngineFixture::tick() {
    if (ending_) return;
    engine_.tick();
    timer_.expires_after(std::chrono::milliseconds(10));
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) tick();
    });
}

std::size_t EngineFixture::waiting() {
    return on(network_, [this] { return engine_.waiting(); });
}

bool EngineFixture::is_idle() {
    return on(network_, [this] { return engine_.idle(); });
}

void EngineFixture::stop() {
    on(network_, [this] { engine_.stop(); });
}

ServerFixture::ServerFixture(const engine::Settings& engine_settings) : engine(engine_settings) {
    restart.listeners = {{port.endpoint()}};
}

ServerFixture::~ServerFixture() {
    if (!server_) return;
    server_->stop_accepting();
    server_->drain();
    server_->abort();
    engine.stop();
    server_->join();
}

void ServerFixture::start(server::PassedSockets passed) {
    auto made =
        std::make_unique<server::Server>(engine.engine(), engine.clock(), wall_clock, restart, settings);
    if (const auto listening = made->listen(passed); !listening)
        throw std::runtime_error(listening.error().message());
    server_ = std::move(made);
    server_->start();
}

std::string ServerFixture::name() const {
    return server::name_of(restart.listeners.front().endpoint);
}

void ServerFixture::join() {
    server_->join();
    server_.reset();
}

std::string secure(std::string_view domain) {
    return "OK secure match=mx." + std::string(domain) + " servername=hostname";
}

}  // namespace tlspolicy::test
