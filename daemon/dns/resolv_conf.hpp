#pragma once

#include "base/error.hpp"
#include "dns/settings.hpp"

#include <string_view>
#include <vector>

namespace tlspolicy::dns {

/// More are ignored; the resolvers of C libraries stop at three.
constexpr std::size_t max_name_servers = 8;

/// The `nameserver` lines of a resolv.conf(5), in their order, none twice; everything else is ignored, lines
/// that hold no address too. An error where no server is left.
Result<std::vector<NameServer>> parse_resolv_conf(std::string_view text);

}  // namespace tlspolicy::dns
