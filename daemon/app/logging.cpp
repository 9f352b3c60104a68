#include "app/logging.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>

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

}  // namespace

std::shared_ptr<spdlog::logger> start_logging(config::Log settings) {
    spdlog::init_thread_pool(queued_lines, 1);
    auto logger = std::make_shared<spdlog::async_logger>(
        "tlspolicyd", std::make_shared<spdlog::sinks::stderr_sink_mt>(), spdlog::thread_pool(),
        spdlog::async_overflow_policy::overrun_oldest);
    // The journal has its own clock; a terminal or a file wants to be told the time.
    logger->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v"
                                                                 : "%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
    spdlog::set_default_logger(logger);
    configure_logging(settings);
    return logger;
}

void configure_logging(config::Log settings) {
    spdlog::set_level(to_spdlog(settings.level));
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
