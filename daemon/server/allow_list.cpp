#include "server/allow_list.hpp"

#include <algorithm>

namespace tlspolicy::server {

bool is_allowed(const Listener& listener, const IpAddress& client) noexcept {
    return client.is_loopback()
           || std::any_of(listener.allow.begin(), listener.allow.end(),
                          [&](const IpNetwork& network) { return network.contains(client); });
}

}  // namespace tlspolicy::server
