#pragma once

#include "base/clock.hpp"
#include "base/paths.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tlspolicy::store {

struct SqliteSettings {
    std::string path = default_state_directory() + "/policies.db";

    // Not for operators:
    Duration commit_pause = std::chrono::seconds(1);  ///< from the first change to its commit
    std::size_t commit_at = 256;                      ///< changes that are committed at once
    std::size_t max_pending = 100'000;                ///< changes kept while the store cannot be written
    std::size_t max_pending_octets = std::size_t{64} * 1024 * 1024;
    std::size_t max_asked = 10'000;  ///< questions that wait for the file: as many as lookups may wait
    Duration find_limit = std::chrono::seconds(3);  ///< a store that is slower is as good as none
    Duration retry_min = std::chrono::seconds(1);   ///< after a failure; it doubles up to `retry_max`
    Duration retry_max = std::chrono::minutes(1);
    Duration clock_pause = std::chrono::seconds(10);  ///< between looks at a clock that has not been set
    Duration tidy_pause = std::chrono::hours(6);      ///< between removals of what has long expired

    friend bool operator==(const SqliteSettings&, const SqliteSettings&) = default;
};

/// Whether this build can speak TLS to Redis.
#ifdef TLSPOLICY_REDIS_TLS
constexpr bool redis_has_tls = true;
#else
constexpr bool redis_has_tls = false;
#endif

struct RedisSettings {
    std::string path = {};  ///< of a Unix socket; empty: host and port
    std::string host = {};
    std::uint16_t port = 6379;
    bool tls = false;
    std::string ca_file = {};  ///< PEM; empty: the system's roots
    std::string user = {};     ///< empty: the default user
    std::string password = {};
    unsigned database = 0;

    // Not for operators:
    Duration limit = std::chrono::milliseconds(50);       ///< the longest that an answer waits for it
    Duration retry_min = std::chrono::milliseconds(100);  ///< after a failure; it doubles up to `retry_max`
    Duration retry_max = std::chrono::seconds(30);
    std::size_t max_waiting = 1000;        ///< commands under way
    std::size_t max_unpublished = 10'000;  ///< policies kept while it cannot be reached

    friend bool operator==(const RedisSettings&, const RedisSettings&) = default;
};

/// Where policies outlive the daemon; a change needs a restart.
struct Settings {
    std::optional<SqliteSettings> own = SqliteSettings{};
    std::optional<RedisSettings> shared = std::nullopt;

    friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace tlspolicy::store
