#pragma once

#include "base/error.hpp"
#include "config/config.hpp"

#include <string_view>

namespace tlspolicy::config {

/// "auto", "journal", "stderr" or "syslog:mail", with any facility of syslog(3).
Result<LogTarget> parse_log_target(std::string_view text);

}  // namespace tlspolicy::config
