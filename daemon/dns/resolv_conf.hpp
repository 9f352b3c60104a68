#pragma once

#include "base/error.hpp"
#include "dns/settings.hpp"

#include <string_view>
#include <vector>

namespace tlspolicy::dns {

/// The `nameserver` lines of a resolv.conf(5), in their order, none twice, at most max_name_servers;
/// everything else is ignored, lines that hold no address too. An error where no server is left.
Result<std::vector<NameServer>> parse_resolv_conf(std::string_view text);

}  // namespace tlspolicy::dns
