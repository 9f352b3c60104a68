// What the daemon tells of itself on its control socket.
#include "app/daemon.hpp"
#include "app/logging.hpp"
#include "base/version.hpp"
#include "server/control_json.hpp"
#include "server/listening_socket.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace tlspolicy::app {
namespace {

namespace json = boost::json;

json::object entries_of(const cache::PolicyCache& cache) {
    json::object entries;
    entries["all"] = cache.size();
    for (const auto& [kind, name] : cache::PolicyCache::kind_names) {
        std::string word(name);
        std::replace(word.begin(), word.end(), '_', '-');  // as `tlspolicy list --kind` calls it
        entries[word] = cache.size(kind);
    }
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

json::array to_json(const std::vector<server::Listener>& all) {
    json::array listeners;
    for (const auto& listener : all)
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
    status["listeners"] = to_json(server_.listeners());
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
