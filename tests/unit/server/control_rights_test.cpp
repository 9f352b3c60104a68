#include "server/control_rights.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::server {

TEST_CASE("root, the daemon's user and the members of the socket's group may use the control socket") {
    constexpr std::uint32_t own_user = 990;
    constexpr std::uint32_t group = 991;
    const ControlRights rights(own_user, group);
    struct Row {
        PeerCredentials peer;
        bool admitted;
    };
    const Row rows[] = {
        {{0, {0}}, true},        {{own_user, {5}}, true},
        {{1000, {group}}, true}, {{1000, {5, 6, group}}, true},
        {{1000, {5, 6}}, false}, {{1000, {}}, false},
        {{group, {5}}, false},   {{1000, {own_user}}, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.peer.user);
        CHECK(rights.admits(row.peer) == row.admitted);
    }
}

}  // namespace tlspolicy::server
