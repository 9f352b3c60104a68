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

    CHECK(ControlRights(somebody, other_group).admits(0, Time{}));
    CHECK(ControlRights(somebody, other_group).admits(somebody, Time{}));
    CHECK(ControlRights(somebody, group).admits(daemon, Time{}));
    CHECK_FALSE(ControlRights(somebody, other_group).admits(daemon, Time{}));
    CHECK_FALSE(ControlRights(0, group).admits(somebody, Time{}));  // whom the system does not know
    ControlRights rights(0, 0);
    CHECK(rights.name_of(daemon, Time{}) == "daemon (" + std::to_string(daemon) + ")");
    CHECK(rights.name_of(somebody, Time{}) == "12345");
}

TEST_CASE("what the system says of a user is asked once a minute, and of some users only") {
    constexpr gid_t group = 500;
    int asked = 0;
    bool member = true;
    ControlRights rights(1, group, [&](uid_t user) -> std::optional<Account> {
        ++asked;
        if (user == 7) return std::nullopt;
        return Account{"alice", member ? std::vector<gid_t>{100, group} : std::vector<gid_t>{100}};
    });
    const Time now{std::chrono::hours(1)};
    CHECK(rights.admits(0, now));
    CHECK(rights.admits(1, now));
    CHECK(asked == 0);
    CHECK(rights.admits(1000, now));
    CHECK(rights.admits(1000, now));
    CHECK(rights.name_of(1000, now) == "alice (1000)");
    CHECK(asked == 1);
    CHECK_FALSE(rights.admits(7, now));
    CHECK(rights.name_of(7, now) == "7");
    CHECK(asked == 2);
    member = false;
    CHECK_FALSE(rights.admits(1000, now + ControlRights::remembered_for));
    CHECK(asked == 3);
    for (uid_t user = 2000; user < 4000; ++user)
        CHECK_FALSE(rights.admits(user, now));
    CHECK(asked == 2003);
    CHECK_FALSE(rights.admits(3999, now));
    CHECK(asked == 2003);
}

}  // namespace tlspolicy::server
