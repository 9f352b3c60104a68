#include "server/server.hpp"

#include "server/acceptor.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace tlspolicy::server {

Server::Server(engine::PolicyEngine& engine, const Clock& clock, const WallClock& wall_clock,
               RestartSettings restart, const Settings& settings)
    : shared_{engine, wall_clock, LogLimiter(clock)}, restart_(std::move(restart)), accept_log_(clock) {
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

Result<void> Server::listen() {
    ServingLoop& home = *loops_.front();  // every accept happens here, so turn_ needs no lock
    for (const auto& listener : restart_.listeners) {
        Reception reception{[this]() -> ServingLoop& { return next_loop(); }, restart_.max_connections,
                            accept_log_};
        auto acceptor = Acceptor::open(home, listener, std::move(reception));
        if (!acceptor) return acceptor.error();
        acceptors_.push_back(std::move(acceptor).value());
    }
    for (const auto& listener : restart_.listeners)
        spdlog::info("listening {}={}", listener.table_map.empty() ? "socketmap" : "tcp_table",
                     name_of(listener.endpoint));
    return {};
}

void Server::start() {
    for (auto& acceptor : acceptors_)
        acceptor->start();
    for (auto& loop : loops_)
        threads_.emplace_back([&loop = *loop] { loop.run(); });
}

void Server::configure(const Settings& settings) {
    const auto shared_settings = prepare(settings);
    for (auto& loop : loops_)
        loop->configure(shared_settings);
}

void Server::ping(const std::function<void()>& alive) {
    for (auto& loop : loops_)
        boost::asio::post(loop->context(), alive);
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
