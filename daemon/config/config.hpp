#pragma once

#include "dns/settings.hpp"
#include "engine/settings.hpp"
#include "https/settings.hpp"
#include "server/settings.hpp"
#include "store/settings.hpp"

#include <cstdint>

namespace tlspolicy::config {

struct LogTarget {
    enum class Kind : std::uint8_t {
        automatic,  ///< the journal where it reads the standard error, else the standard error
        journal,
        standard_error,
        syslog,
    };
    Kind kind = Kind::automatic;
    int facility = 0;  ///< syslog(3)

    friend bool operator==(const LogTarget&, const LogTarget&) = default;
};

struct Log {
    enum class Level : std::uint8_t { debug, info, warn, error };
    enum class Format : std::uint8_t { text, json };

    /// The least important line that is still written.
    Level level = Level::info;
    LogTarget target = {};
    Format format = Format::text;

    friend bool operator==(const Log&, const Log&) = default;
};

/// Everything an operator can choose, as values; each module takes its own part. `Config{}` is what the
/// daemon runs with when there is no file.
struct Config {
    /// What a running daemon cannot change: a reload compares it, and reports that a restart is needed.
    server::RestartSettings restart;
    server::Settings server;
    engine::Settings engine;
    dns::Settings dns;
    https::Settings https;
    store::Settings store;
    Log log;

    friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace tlspolicy::config
