#include "server/server.hpp"

#include "server/acceptor.hpp"
#include "server/listening_socket.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <pthread.h>
#include <string>
#include <utility>

namespace tlspolicy::server {
namespace {

std::string_view protocol_of(const Listener& listener) {
    return listener.table_map.empty() ? "socketmap" : "tcp_table";
}

}  // namespace

Server::Server(engine::PolicyEngine& engine, const Clock& clock, const WallClock& wall_clock,
               RestartSettings restart, const Settings& settings)
    : shared_{engine, clock, wall_clock, LogLimiter(clock)},
      restart_(std::move(restart)),
      accept_log_(clock) {
    const auto shared_settings = prepare(settings);
    for (unsigned i = 0; i < restart_.threads; ++i)
        loops_.push_back(std::make_unique<ServingLoop>(shared_, shared_settings));
}

Server::~Server() = default;

ServingLoop::Settings Server::prepare(Settings settings) {
    shared_.traffic.maps.assign(settings.maps);
    return std::make_shared<const Settings>(std::move(settings));
}

ServingLoop& Server::next_loop() noexcept {
    return *loops_[turn_++ % loops_.size()];
}

Result<void> Server::listen(PassedSockets& passed) {
    // First each listener's own address, so that none is given, for its name alone, what another waits for.
    std::vector<std::optional<PassedSockets::Listening>> sockets;
    for (const auto& listener : restart_.listeners)
        sockets.push_back(passed.take(listener.endpoint));
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        auto& listener = restart_.listeners[i];
        if (!sockets[i]) sockets[i] = passed.take(protocol_of(listener));
        if (sockets[i]) listener.endpoint = sockets[i]->endpoint;
        if (auto listening = listen_at(listener, sockets[i]); !listening) return listening;
    }
    for (std::size_t i = 0; i < sockets.size(); ++i) {
        const auto& listener = restart_.listeners[i];
        spdlog::info("listening {}={} passed={}", protocol_of(listener), name_of(listener.endpoint),
                     sockets[i] ? "yes" : "no");
    }
    return {};
}

Result<void> Server::listen_at(const Listener& listener,
                               const std::optional<PassedSockets::Listening>& passed) {
    ServingLoop& home = *loops_.front();  // every accept happens here, so turn_ needs no lock
    Reception reception{[this]() -> ServingLoop& { return next_loop(); }, restart_.max_connections,
                        accept_log_};
    auto acceptor = passed ? Acceptor::adopt(home, listener, passed->descriptor, std::move(reception))
                           : Acceptor::open(home, listener, std::move(reception));
    if (!acceptor) return acceptor.error();
    acceptors_.push_back(std::move(acceptor).value());
    return {};
}

void Server::start() {
    for (auto& acceptor : acceptors_)
        acceptor->start();
    for (auto& loop : loops_) {
        const std::string name = "serve-" + std::to_string(threads_.size());
        threads_.emplace_back([&loop = *loop] { loop.run(); });
        ::pthread_setname_np(threads_.back().native_handle(), name.c_str());  // for top(1) and debuggers
    }
}

void Server::configure(const Settings& settings) {
    const auto shared_settings = prepare(settings);
    for (auto& loop : loops_)
        loop->configure(shared_settings);
}

bool Server::alive_since(Time moment) const noexcept {
    return std::all_of(loops_.begin(), loops_.end(),
                       [moment](const auto& loop) { return loop->last_heartbeat() >= moment; });
}

void Server::stop_accepting() {
    for (auto& acceptor : acceptors_)
        acceptor->close();
}

// By way of the loop that accepts: a client that it has taken in before it closed its doors is then with its
// own loop before that loop hears that there will be no more.
void Server::drain() {
    boost::asio::post(loops_.front()->context(), [this] {
        for (auto& loop : loops_)
            loop->drain();
    });
}

void Server::abort() {
    for (auto& loop : loops_)
        loop->abort();
}

void Server::join() {
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
}

}  // namespace tlspolicy::server
