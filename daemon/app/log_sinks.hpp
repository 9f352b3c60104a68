#pragma once

#include "config/config.hpp"

#include <spdlog/common.h>

namespace tlspolicy::app {

/// Where lines go, in the form that is asked for there.
spdlog::sink_ptr make_log_sink(const config::Log& settings);

/// Whether the journal reads our standard error (systemd.exec(5), $JOURNAL_STREAM), and nobody has redirected
/// it since.
bool stderr_is_journal();

}  // namespace tlspolicy::app
