#pragma once

#include "config/loader.hpp"

namespace tlspolicy::app {

/// Adds to the findings what this machine lacks of what the file names, and the daemon does not start
/// without: accounts, and trusted roots.
void check_machine(config::Loaded& loaded);

}  // namespace tlspolicy::app
