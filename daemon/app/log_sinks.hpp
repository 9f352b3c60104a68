#pragma once

#include "config/config.hpp"

#include <spdlog/common.h>

namespace tlspolicy::app {

/// Where lines go, in the form that is asked for there.
spdlog::sink_ptr make_log_sink(const config::Log& settings);

}  // namespace tlspolicy::app
