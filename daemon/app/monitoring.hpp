#pragma once

#include "app/resolver_watch.hpp"
#include "base/clock.hpp"
#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "server/http_routes.hpp"
#include "server/server.hpp"
#include "store/redis_store.hpp"
#include "store/sqlite_store.hpp"
#include "telemetry/counters.hpp"
#include "telemetry/expiring.hpp"
#include "telemetry/exposition.hpp"
#include "telemetry/timed_ports.hpp"

#include <boost/asio/awaitable.hpp>

namespace tlspolicy::app {

/// The parts that are watched; all outlive the Monitoring. The stores are null where there are none.
struct Watched {
    const Clock& clock;
    const telemetry::Counters& counters;
    const telemetry::TimedDns& dns;
    const telemetry::TimedFetcher& fetcher;
    const telemetry::Expiring& expiring;
    const cache::PolicyCache& cache;
    const engine::PolicyEngine& engine;
    server::Server& server;
    ResolverWatch& resolver;
    const store::SqliteStore* store;
    const store::RedisStore* shared_store;
};

/// What monitoring asks for by HTTP: /metrics, /healthz and /readyz. On the network loop.
class Monitoring final {
public:
    explicit Monitoring(Watched watched);

    server::HttpService& service() noexcept { return routes_; }

private:
    boost::asio::awaitable<server::HttpResponse> metrics() const;
    boost::asio::awaitable<server::HttpResponse> health();
    boost::asio::awaitable<server::HttpResponse> readiness();

    void show(telemetry::Exposition& exposition) const;
    void show_clients(telemetry::Exposition& exposition) const;
    void show_cache(telemetry::Exposition& exposition) const;
    void show_stores(telemetry::Exposition& exposition) const;

    Watched watched_;
    server::HttpRoutes routes_;
};

}  // namespace tlspolicy::app
