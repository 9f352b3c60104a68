#pragma once

#include "config/config.hpp"

#include <spdlog/logger.h>

#include <memory>
#include <string_view>

namespace tlspolicy::app {

/// The process's logger: to stderr, from a thread of its own, so that whoever logs waits for no pipe; when
/// lines come faster than they go, the oldest are dropped. Becomes spdlog's default logger.
std::shared_ptr<spdlog::logger> start_logging(config::Log settings);
void configure_logging(config::Log settings);
/// "info"
std::string_view log_level();
/// Until the next configure_logging(); false: there is no such level.
bool set_log_level(std::string_view level);
/// Writes what is still to be written.
void stop_logging();

}  // namespace tlspolicy::app
