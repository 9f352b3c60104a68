#pragma once

#include "server/peer.hpp"

#include <algorithm>
#include <cstdint>

namespace tlspolicy::server {

/// Who may use the control socket: root, the daemon's own user, and the members of the socket's group. The
/// socket's mode says the same, and the kernel holds it; this holds, too, when somebody has opened the mode
/// or passes a connection on.
class ControlRights {
public:
    ControlRights(std::uint32_t own_user, std::uint32_t group) : own_user_(own_user), group_(group) {}

    bool admits(const PeerCredentials& peer) const {
        return peer.user == 0 || peer.user == own_user_
               || std::find(peer.groups.begin(), peer.groups.end(), group_) != peer.groups.end();
    }

private:
    std::uint32_t own_user_;
    std::uint32_t group_;
};

}  // namespace tlspolicy::server
