#pragma once

#include "config/config.hpp"
#include "config/reader.hpp"

namespace tlspolicy::config {

/// What must hold between keys, each of them right by itself.
void check_rules(const Config& config, const Node& root, Report& report);

}  // namespace tlspolicy::config
