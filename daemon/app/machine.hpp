#pragma once

#include "config/loader.hpp"

namespace tlspolicy::app {

// They add to the findings what the file names, the daemon does not start without, and this machine lacks.

/// Trusted roots.
void check_roots(config::Loaded& loaded);

/// The accounts of sockets. May wait for a directory service.
void check_accounts(config::Loaded& loaded);

}  // namespace tlspolicy::app
