#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace tlspolicy::config {

/// Every key of the file, its type and its limits.
void read_config(Section& top, Config& config);

}  // namespace tlspolicy::config
