#include "server/control_rights.hpp"

#include <doctest/doctest.h>

#include <pwd.h>

namespace tlspolicy::server {

TEST_CASE("root, the daemon's user and the members of the socket's group may use the control socket") {
    const passwd* found = ::getpwnam("daemon");
    REQUIRE(found != nullptr);  // a user of every system, with a group of its own
    const uid_t daemon = found->pw_uid;
    const gid_t group = found->pw_gid;
    constexpr uid_t somebody = 12345;
    constexpr gid_t other_group = 54321;

    CHECK(ControlRights(somebody, other_group).admits(0));
    CHECK(ControlRights(somebody, other_group).admits(somebody));
    CHECK(ControlRights(somebody, group).admits(daemon));
    CHECK_FALSE(ControlRights(somebody, other_group).admits(daemon));
    CHECK_FALSE(ControlRights(0, group).admits(somebody));  // whom the system does not know
    CHECK(name_of_user(daemon) == "daemon (" + std::to_string(daemon) + ")");
    CHECK(name_of_user(somebody) == "12345");
}

}  // namespace tlspolicy::server
