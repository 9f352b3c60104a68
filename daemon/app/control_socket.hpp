#pragma once

#include "base/clock.hpp"
#include "base/wall_clock.hpp"
#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "server/control_service.hpp"
#include "server/http_server.hpp"
#include "server/settings.hpp"

#include <boost/asio/io_context.hpp>

#include <optional>

namespace tlspolicy::app {

/// The control socket, where there is one: mail does not depend on it, so the daemon runs without it where it
/// cannot be had. Used on the network loop.
class ControlSocket {
public:
    /// All but `settings` outlive it.
    ControlSocket(boost::asio::io_context& network, engine::PolicyEngine& engine,
                  const cache::PolicyCache& cache, const Clock& clock, const WallClock& wall_clock,
                  server::ControlHost& host, const server::Settings& settings);

    /// Once; tells in the log how it went.
    void open(const std::optional<server::UnixEndpoint>& endpoint,
              const server::HttpServer::Passed& passed = {});
    void configure(const server::Settings& settings) { service_.configure(settings); }
    void stop() { http_.stop(); }
    bool idle() const noexcept { return http_.idle(); }

private:
    server::ControlService service_;
    server::HttpServer http_;
};

}  // namespace tlspolicy::app
