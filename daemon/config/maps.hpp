#pragma once

#include "config/reader.hpp"
#include "postfix/map_options.hpp"

#include <map>
#include <string>

namespace tlspolicy::config {

/// The key `maps`: adds to the maps that are there already, or replaces them by name.
void read_maps(Section& top, std::map<std::string, postfix::MapOptions, std::less<>>& maps);

}  // namespace tlspolicy::config
