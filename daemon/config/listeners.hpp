#pragma once

#include "config/reader.hpp"
#include "server/settings.hpp"

#include <optional>
#include <vector>

namespace tlspolicy::config {

/// The key `listen`, and what must hold between its items.
void read_listeners(Section& top, std::vector<server::Listener>& listeners);

/// The key `http`: "off", an address, or {address, allow}.
void read_http(Section& top, std::optional<server::Listener>& listener);

}  // namespace tlspolicy::config
