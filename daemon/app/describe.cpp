// What the daemon tells of itself on its control socket.
#include "app/daemon.hpp"
#include "app/logging.hpp"
#include "base/version.hpp"
#include "server/control_json.hpp"
#include "server/listening_socket.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace tlspolicy::app {
namespace {

namespace json = boost::json;

json::object entries_of(const cache::PolicyCache& cache) {
    using Kind = cache::PolicyCache::Kind;
    json::object entries;
    entries["all"] = cache.size();
    for (const auto& [name, kind] : {std::pair{"enforce", Kind::enforce}, std::pair{"testing", Kind::testing},
                                     std::pair{"none", Kind::none}, std::pair{"no-record", Kind::no_record},
                                     std::pair{"unavailable", Kind::unavailable}})
        entries[name] = cache.size(kind);
    return entries;
}

json::object store_json(const store::SqliteSettings& settings, const store::SqliteStore& store) {
    const auto numbers = store.statistics();
    return {{"path", settings.path},
            {"usable", store.reliable()},
            {"pending", numbers.pending},
            {"errors", numbers.errors}};
}

json::object store_json(const store::RedisStore& store) {
    const auto& numbers = store.statistics();
    return {{"connected", numbers.connected},
            {"finds", numbers.finds},
            {"found", numbers.found},
            {"errors", numbers.errors}};
}

json::array listeners_of(const server::RestartSettings& settings) {
    json::array listeners;
    for (const auto& listener : settings.listeners)
        listeners.push_back(json::object{{"protocol", listener.table_map.empty() ? "socketmap" : "tcp_table"},
                                         {"address", server::name_of(listener.endpoint)}});
    return listeners;
}

}  // namespace

json::object Daemon::describe() const {
    const auto uptime = std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - started_);
    json::object status;
    status["version"] = version();
    status["started"] = server::rfc3339(wall_clock_.now() - uptime);
    status["uptime"] = uptime.count();
    status["threads"] = fitted_.threads;
    status["listeners"] = listeners_of(fitted_);
    status["connections"] = server_.connections();
    status["max_connections"] = fitted_.max_connections;
    status["waiting"] = engine_.waiting();
    status["entries"] = entries_of(cache_);
    status["overrides"] = overrides_;
    if (store_) status["store"] = store_json(*configured_stores_.own, *store_);
    if (shared_store_) status["shared_store"] = store_json(*shared_store_);
    status["resolver"] = words_of(resolver_.state());
    status["log_level"] = log_level();
    return status;
}

}  // namespace tlspolicy::app
