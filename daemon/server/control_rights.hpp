#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace tlspolicy::server {

/// Who may use the control socket: root, the daemon's own user, and the members of the socket's group. The
/// socket's mode says the same, and the kernel holds it; this holds, too, when somebody has opened the mode
/// or passes a connection on.
class ControlRights {
public:
    ControlRights(uid_t own_user, gid_t group) : own_user_(own_user), group_(group) {}

    /// Looks up the groups of whoever is neither root nor the daemon's user.
    bool admits(uid_t user) const;

private:
    uid_t own_user_;
    gid_t group_;
};

/// "alice (1000)", or "1000" where nobody knows the name.
std::string name_of_user(uid_t user);

}  // namespace tlspolicy::server
