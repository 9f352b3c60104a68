#include "app/logging.hpp"

#include "app/log_sinks.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace tlspolicy::app {
namespace {

constexpr std::size_t queued_lines = 8192;

spdlog::level::level_enum to_spdlog(config::Log::Level level) noexcept {
    switch (level) {
        case config::Log::Level::debug:
            return spdlog::level::debug;
        case config::Log::Level::info:
            return spdlog::level::info;
        case config::Log::Level::warn:
            return spdlog::level::warn;
        case config::Log::Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// What a reload puts another sink into, while the logger goes on. One a process, as the logger is.
const std::shared_ptr<spdlog::sinks::dist_sink_mt>& exchangeable_sink() {
    static const auto sink = std::make_shared<spdlog::sinks::dist_sink_mt>();
    return sink;
}

config::Log& in_use() {
    static config::Log settings;
    return settings;
}

}  // namespace

std::shared_ptr<spdlog::logger> start_logging(const config::Log& settings) {
    spdlog::init_thread_pool(queued_lines, 1);
    auto logger =
        std::make_shared<spdlog::async_logger>("tlspolicyd", exchangeable_sink(), spdlog::thread_pool(),
                                               spdlog::async_overflow_policy::overrun_oldest);
    exchangeable_sink()->set_sinks({make_log_sink(settings)});
    in_use() = settings;
    spdlog::set_default_logger(logger);
    spdlog::set_level(to_spdlog(settings.level));
    return logger;
}

void configure_logging(const config::Log& settings) {
    spdlog::set_level(to_spdlog(settings.level));
    const bool same = settings.target == in_use().target && settings.format == in_use().format;
    in_use() = settings;
    if (same) return;
    exchangeable_sink()->set_sinks({});  // first: syslog(3) has one connection, which the old sink closes
    exchangeable_sink()->set_sinks({make_log_sink(settings)});
}

std::string_view log_level() {
    const auto level = spdlog::get_level();
    if (level == spdlog::level::debug) return "debug";
    if (level == spdlog::level::info) return "info";
    return level == spdlog::level::warn ? "warn" : "error";
}

bool set_log_level(std::string_view level) {
    if (level == "debug")
        spdlog::set_level(spdlog::level::debug);
    else if (level == "info")
        spdlog::set_level(spdlog::level::info);
    else if (level == "warn")
        spdlog::set_level(spdlog::level::warn);
    else if (level == "error")
        spdlog::set_level(spdlog::level::err);
    else
        return false;
    return true;
}

void stop_logging() {
    spdlog::shutdown();
}

}  // namespace tlspolicy::app
