#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "engine/policy_engine.hpp"
#include "server/passed_sockets.hpp"
#include "server/serving_loop.hpp"
#include "server/settings.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace tlspolicy::server {

class Acceptor;

/// The front door: the listeners, and the threads that serve who comes in. Its functions are for the thread
/// that made it.
///
/// Order of use: listen, start, configure as often as need be, stop_accepting, drain, (abort,) join.
class Server {
public:
    /// `engine` and the clocks outlive it.
    Server(engine::PolicyEngine& engine, const Clock& clock, const WallClock& wall_clock,
           RestartSettings restart, const Settings& settings);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Opens every listener for which no socket is passed; at the first that fails nothing is served.
    Result<void> listen(PassedSockets& passed);
    void start();
    void configure(const Settings& settings);

    void stop_accepting();
    /// Disconnects idle clients, and the others when they have their answer. After stop_accepting, once.
    void drain();
    /// Disconnects the rest.
    void abort();
    /// Returns when the last client is gone.
    void join();
    const Traffic& traffic() const noexcept { return shared_.traffic; }
    /// Where they really listen: a passed socket may be elsewhere than the configuration says.
    const std::vector<Listener>& listeners() const noexcept { return restart_.listeners; }
    /// Whether every serving loop has shown since then that it turns, as it does each `heartbeat`.
    bool alive_since(Time moment) const noexcept;
    std::size_t connections() const noexcept { return shared_.connections.load(std::memory_order_relaxed); }

private:
    ServingLoop& next_loop() noexcept;
    Result<void> listen_at(const Listener& listener, const std::optional<PassedSockets::Listening>& passed);
    ServingLoop::Settings prepare(Settings settings);

    Shared shared_;
    RestartSettings restart_;
    LogLimiter accept_log_;
    std::vector<std::unique_ptr<ServingLoop>> loops_;
    std::size_t turn_ = 0;
    std::vector<std::unique_ptr<Acceptor>> acceptors_;
    std::vector<std::thread> threads_;
};

}  // namespace tlspolicy::server
