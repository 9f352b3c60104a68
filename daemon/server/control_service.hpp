#pragma once

#include "base/clock.hpp"
#include "base/log_limiter.hpp"
#include "base/wall_clock.hpp"
#include "cache/policy_cache.hpp"
#include "engine/policy_engine.hpp"
#include "server/control_rights.hpp"
#include "server/http_service.hpp"
#include "server/settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::server {

/// What the daemon as a whole tells and does for the control socket. Called on the network loop.
class ControlHost {
public:
    virtual ~ControlHost() = default;
    virtual boost::json::object describe() const = 0;

    struct Reloaded {
        bool used = false;                  ///< the new configuration is in use
        std::vector<std::string> findings;  ///< a line each
    };
    /// As at SIGHUP.
    virtual Reloaded reload_now() = 0;
    /// False: there is no such level.
    virtual bool set_log_level(std::string_view level) = 0;
};

/// What `tlspolicy` asks the running daemon over its control socket: HTTP and JSON. Everything happens on the
/// network loop, in small steps where there is much.
class ControlService final : public HttpService {
public:
    /// All but `settings` outlive it.
    ControlService(engine::PolicyEngine& engine, const cache::PolicyCache& cache, const Clock& clock,
                   const WallClock& wall_clock, ControlHost& host, const Settings& settings);

    /// Before the first request.
    void set_rights(ControlRights rights) noexcept { rights_ = rights; }
    void configure(const Settings& settings);
    boost::asio::awaitable<HttpResponse> respond(HttpRequest request) override;

private:
    boost::asio::awaitable<HttpResponse> get(HttpRequest request);
    boost::asio::awaitable<HttpResponse> post(HttpRequest request);
    boost::asio::awaitable<HttpResponse> show(std::string key);
    boost::asio::awaitable<Result<std::optional<engine::Archive::Recalled>>> stored(Domain domain);
    HttpResponse list(const HttpQuery& query);
    boost::asio::awaitable<HttpResponse> refresh(std::string name);
    boost::asio::awaitable<HttpResponse> forget(std::string name, engine::PolicyEngine::Force force);
    boost::asio::awaitable<HttpResponse> forget_failed();
    HttpResponse reload();
    HttpResponse set_log_level(std::string_view level);

    engine::PolicyEngine& engine_;
    const cache::PolicyCache& cache_;
    const Clock& clock_;
    const WallClock& wall_clock_;
    ControlHost& host_;
    std::shared_ptr<const Settings> settings_;
    ControlRights rights_{0, 0};
    LogLimiter refused_;
};

}  // namespace tlspolicy::server
