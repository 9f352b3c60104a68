#include "server/control_rights.hpp"

#include <algorithm>
#include <array>
#include <grp.h>
#include <pwd.h>
#include <vector>

namespace tlspolicy::server {
namespace {

struct Account {
    std::string name;
    gid_t group = 0;
};

std::optional<Account> account_of(uid_t user) {
    std::array<char, 16384> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return Account{found->pw_name, found->pw_gid};
}

}  // namespace

bool ControlRights::admits(uid_t user) const {
    if (user == 0 || user == own_user_) return true;
    const auto account = account_of(user);
    if (!account) return false;
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(account->name.c_str(), account->group, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));  // as many as it said there are
        if (::getgrouplist(account->name.c_str(), account->group, groups.data(), &count) < 0) return false;
    }
    groups.resize(static_cast<std::size_t>(count));
    return std::find(groups.begin(), groups.end(), group_) != groups.end();
}

std::string name_of_user(uid_t user) {
    const auto account = account_of(user);
    const std::string number = std::to_string(user);
    return account ? account->name + " (" + number + ')' : number;
}

}  // namespace tlspolicy::server
