#pragma once

#include "app/control_socket.hpp"
#include "app/monitoring.hpp"
#include "app/resolver_watch.hpp"
#include "app/watchdog.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/wall_clock.hpp"
#include "cache/policy_cache.hpp"
#include "config/config.hpp"
#include "dns/cares_client.hpp"
#include "engine/policy_engine.hpp"
#include "https/policy_fetcher.hpp"
#include "server/control_service.hpp"
#include "server/http_server.hpp"
#include "server/passed_sockets.hpp"
#include "server/server.hpp"
#include "store/redis_store.hpp"
#include "store/settings.hpp"
#include "store/sqlite_store.hpp"
#include "telemetry/counters.hpp"
#include "telemetry/expiring.hpp"
#include "telemetry/log_observer.hpp"
#include "telemetry/observers.hpp"
#include "telemetry/timed_ports.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>
#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::app {

/// The running daemon: its parts, wired. The thread that calls run() is the network loop; the server brings
/// its own threads.
class Daemon : private server::ControlHost {
public:
    /// A new configuration, and what is to be said of it, a line each; without one it has said so in the log.
    struct Fresh {
        std::optional<config::Config> config;
        std::vector<std::string> findings;
    };
    /// At every SIGHUP.
    using Reload = std::function<Fresh()>;

    /// Fails where something in the configuration turns out to be unusable here and now.
    /// `passed`: sockets that the service manager holds for it.
    static Result<std::unique_ptr<Daemon>> create(const config::Config& config,
                                                  std::shared_ptr<spdlog::logger> log, Reload reload,
                                                  std::vector<server::PassedSocket> passed);

    /// Opens the listeners and serves until SIGTERM or SIGINT; answers that are on their way then are still
    /// given, for a bounded time.
    void run();

private:
    Daemon(const config::Config& config, std::shared_ptr<spdlog::logger> log, Reload reload);

    boost::asio::awaitable<void> heed_signals();
    boost::asio::awaitable<void> tick();
    boost::asio::awaitable<void> shut_down();
    Reloaded apply(const Fresh& fresh);
    Result<void> listen(std::vector<server::PassedSocket> passed);
    void heed_watchdog();
    std::string status() const;

    boost::json::object describe() const override;
    Reloaded reload_now() override;
    bool set_log_level(std::string_view level) override;

    engine::Stores stores();
    Result<void> listen_for_http(server::PassedSockets& passed);
    std::string counters() const;

    server::RestartSettings configured_;
    store::Settings configured_stores_;
    server::RestartSettings fitted_;  ///< the same, within what the system allows
    std::size_t overrides_;
    Reload reload_;
    boost::asio::io_context network_{1};
    SystemClock clock_;
    const Time started_ = clock_.now();
    SystemWallClock wall_clock_;
    telemetry::LogObserver log_observer_;
    telemetry::Counters counters_;
    telemetry::Observers observers_;
    cache::PolicyCache cache_;
    dns::CaresClient dns_;
    https::HttpsPolicyFetcher fetcher_;
    telemetry::TimedDns timed_dns_;
    telemetry::TimedFetcher timed_fetcher_;
    telemetry::Expiring expiring_;
    ResolverWatch resolver_;
    std::optional<store::SqliteStore> store_;
    std::optional<store::RedisStore> shared_store_;
    engine::PolicyEngine engine_;
    server::Server server_;
    ControlSocket control_;
    Monitoring monitoring_;
    std::optional<server::HttpServer> http_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer tick_timer_;
    Watchdog watchdog_;
    Time next_status_{};
    bool stopping_ = false;
    bool file_in_use_ = true;  ///< the configuration file as it is
};

}  // namespace tlspolicy::app
