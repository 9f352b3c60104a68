#pragma once

#include "base/clock.hpp"
#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "fakes/log_capture.hpp"
#include "fakes/manual_wall_clock.hpp"
#include "fakes/socketmap_client.hpp"
#include "loopback/server/held_policies.hpp"
#include "server/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace tlspolicy::test {

/// A TCP port of a loopback address that nobody else is given while it lives.
class FreePort {
public:
    explicit FreePort(std::string_view address = "127.0.0.1");
    FreePort(const FreePort&) = delete;
    FreePort& operator=(const FreePort&) = delete;
    ~FreePort();
    server::TcpEndpoint endpoint() const { return {address_, number_}; }
    fakes::SocketmapClient connect(
        fakes::SocketmapClient::Window window = fakes::SocketmapClient::Window::usual) const {
        return fakes::SocketmapClient::tcp(address_, number_, window);
    }

private:
    IpAddress address_;
    int socket_;
    std::uint16_t number_ = 0;
};

/// The real engine on a network loop of its own, over HeldPolicies.
class EngineFixture {
public:
    explicit EngineFixture(const engine::Settings& settings);
    EngineFixture(const EngineFixture&) = delete;
    EngineFixture& operator=(const EngineFixture&) = delete;
    ~EngineFixture();

    engine::PolicyEngine& engine() noexcept { return engine_; }
    HeldPolicies& policies() noexcept { return policies_; }
    const Clock& clock() const noexcept { return clock_; }
    std::size_t waiting();
    void stop();

private:
    struct Unheard final : engine::Observer {
        void on_event(const engine::Event& /*event*/) override {}
        void on_answer(std::string_view /*domain*/, const postfix::Answer& /*answer*/,
                       engine::Source /*source*/) noexcept override {}
        void on_withheld(std::string_view /*domain*/, const postfix::Answer& /*answer*/,
                         engine::Source /*source*/) noexcept override {}
    };
    void tick();
    bool is_idle();

    SystemClock clock_;
    Unheard observer_;
    boost::asio::io_context network_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    cache::PolicyCache cache_{10'000, 1};
    HeldPolicies policies_;
    engine::PolicyEngine engine_;
    boost::asio::steady_timer timer_;
    bool ending_ = false;
    std::thread thread_;
};

/// A server under test, with its log. By default one thread on 127.0.0.1; `settings` and `restart` are for
/// the test to change before start().
class ServerFixture {
public:
    explicit ServerFixture(const engine::Settings& engine_settings = {});
    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;
    /// Stops in the daemon's order, and throws everybody out.
    ~ServerFixture();

    void start(server::PassedSockets passed = {});
    fakes::SocketmapClient connect() const { return port.connect(); }
    /// The first listener's.
    std::string name() const;
    server::Server& server() noexcept { return *server_; }
    HeldPolicies& policies() noexcept { return engine.policies(); }
    /// Stops it as a test wants it; the fixture then does no more.
    void join();

    fakes::ManualWallClock wall_clock;
    fakes::LogCapture log;
    FreePort port;
    EngineFixture engine;
    server::Settings settings;
    server::RestartSettings restart;

private:
    std::unique_ptr<server::Server> server_;
};

/// The answer for a domain of HeldPolicies.
std::string secure(std::string_view domain);

}  // namespace tlspolicy::test
