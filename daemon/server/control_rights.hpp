#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

namespace tlspolicy::server {

/// What the system knows of a user.
struct Account {
    std::string name;
    std::vector<gid_t> groups;
};
/// nullopt: it does not know the user. It may have to ask a server on the network.
std::optional<Account> account_of(uid_t user);

/// Who may use the control socket: root, the daemon's own user, and the members of the socket's group. The
/// socket's mode says the same, and the kernel holds it; this holds, too, when somebody has opened the mode
/// or passes a connection on. What the system said of a user counts for a minute, for it may be slow.
class ControlRights {
public:
    using LookUp = std::function<std::optional<Account>(uid_t)>;
    static constexpr Duration remembered_for = std::chrono::minutes(1);
    static constexpr std::size_t most_remembered = 64;

    ControlRights(uid_t own_user, gid_t group, LookUp look_up = account_of)
        : own_user_(own_user), group_(group), look_up_(std::move(look_up)) {}

    bool admits(uid_t user, Time now);
    /// "alice (1000)", or "1000" where nobody knows the name.
    std::string name_of(uid_t user, Time now);

private:
    struct Remembered {
        std::optional<Account> account;
        Time until;
    };
    const std::optional<Account>& remembered(uid_t user, Time now);

    uid_t own_user_;
    gid_t group_;
    LookUp look_up_;
    std::map<uid_t, Remembered> remembered_;
};

}  // namespace tlspolicy::server
