#pragma once

#include "config/reader.hpp"
#include "postfix/map_options.hpp"

#include <map>
#include <string>

namespace tlspolicy::config {

/// The key `maps`: adds to the maps that are there already, or changes them by name.
/// `monitor`: the mode of maps that do not say theirs.
void read_maps(Section& top, std::map<std::string, postfix::MapOptions, std::less<>>& maps, bool monitor);

/// The key `mode`, of a map or of all.
void read_mode(Section& section, bool& monitor);

}  // namespace tlspolicy::config
