#pragma once

#include "base/wall_clock.hpp"
#include "config/config.hpp"
#include "config/reader.hpp"

namespace tlspolicy::config {

/// Every key of the file, its type and its limits. `now` tells which overrides have ended.
void read_config(Section& top, Config& config, WallTime now);

}  // namespace tlspolicy::config
