#include "server/control_rights.hpp"

#include <algorithm>
#include <array>
#include <grp.h>
#include <pwd.h>

namespace tlspolicy::server {
namespace {

std::vector<gid_t> groups_of(const passwd& user) {
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) < 0) {
        groups.resize(static_cast<std::size_t>(count));  // as many as it said there are
        if (::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) < 0) return {};
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

}  // namespace

std::optional<Account> account_of(uid_t user) {
    std::array<char, 16384> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return Account{found->pw_name, groups_of(*found)};
}

const std::optional<Account>& ControlRights::remembered(uid_t user, Time now) {
    const auto known = remembered_.find(user);
    if (known != remembered_.end() && now < known->second.until) return known->second.account;
    std::erase_if(remembered_, [now](const auto& each) { return now >= each.second.until; });
    if (remembered_.size() >= most_remembered) remembered_.clear();
    Remembered fresh{look_up_(user), now + remembered_for};
    return remembered_.insert_or_assign(user, std::move(fresh)).first->second.account;
}

bool ControlRights::admits(uid_t user, Time now) {
    if (user == 0 || user == own_user_) return true;
    const auto& account = remembered(user, now);
    if (!account) return false;
    return std::find(account->groups.begin(), account->groups.end(), group_) != account->groups.end();
}

std::string ControlRights::name_of(uid_t user, Time now) {
    const auto& account = remembered(user, now);
    const std::string number = std::to_string(user);
    return account ? account->name + " (" + number + ')' : number;
}

}  // namespace tlspolicy::server
