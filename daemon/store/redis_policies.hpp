#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "engine/ports.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReply;

/// How a policy is kept in Redis: a hash at "tlspolicyd:1:<domain>" that expires with the policy. Its times
/// are counted by Redis' own clock, so that a wrong one on a mail server harms nobody.
namespace tlspolicy::store {

/// Words of a command, which hold what they show.
using RedisCommand = std::vector<std::string>;

RedisCommand find_command(std::string_view domain);
/// What was fetched later stays: the reply is then 0, else 1. A policy without a life ends what is there.
RedisCommand publish_command(const engine::StoredPolicy& policy, Time now);

RedisCommand erase_command(std::string_view domain);

/// The reply to find_command(); nullopt: there is none. Fails (kind `system`) where the server errs or holds
/// something else.
Result<std::optional<engine::StoredPolicy>> read_policy_reply(const redisReply& reply,
                                                              std::string_view domain, Time now);

/// The server's own words where it refused; nullopt: it did not.
std::optional<std::string> refusal_in(const redisReply& reply);

}  // namespace tlspolicy::store
