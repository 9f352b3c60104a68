#pragma once

#include "config/reader.hpp"
#include "server/settings.hpp"

#include <vector>

namespace tlspolicy::config {

/// The key `listen`, and what must hold between its items.
void read_listeners(Section& top, std::vector<server::Listener>& listeners);

}  // namespace tlspolicy::config
