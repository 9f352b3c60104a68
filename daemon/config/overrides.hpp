#pragma once

#include "config/reader.hpp"
#include "engine/overrides.hpp"

namespace tlspolicy::config {

/// The list under `overrides`, added to those that are there. `now` tells which have ended already.
void read_overrides(Section& top, engine::Overrides& overrides, WallTime now);

}  // namespace tlspolicy::config
