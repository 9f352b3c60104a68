#include "store/redis_policies.hpp"

#include <algorithm>
#include <charconv>
#include <hiredis/hiredis.h>
#include <span>
#include <system_error>

namespace tlspolicy::store {
namespace {

constexpr std::string_view prefix = "tlspolicyd:1:";

// Both run as a whole: a policy is never read half old, half new.
constexpr std::string_view find_script = R"lua(
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then return false end
local policy = redis.call('HMGET', KEYS[1], 'body', 'id', 'life')
return {left, policy[1], policy[2], policy[3]}
)lua";
constexpr std::string_view publish_script = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fetched = now - tonumber(ARGV[3])
local before = tonumber(redis.call('HGET', KEYS[1], 'fetched') or '0') or 0
if before > fetched and before <= now then return 0 end
if tonumber(ARGV[4]) <= 0 then
  redis.call('DEL', KEYS[1])
  return 1
end
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'id', ARGV[2], 'life', ARGV[4],
           'fetched', string.format('%.0f', fetched))
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', fetched + tonumber(ARGV[4])))
return 1
)lua";

std::string key_of(std::string_view domain) {
    return std::string(prefix) + std::string(domain);
}

std::string text_of(Duration duration) {
    return std::to_string(std::max<Duration::rep>(duration.count(), 0));
}

std::string_view bytes_of(const redisReply& reply) noexcept {
    return {reply.str, static_cast<std::size_t>(reply.len)};
}

std::optional<Duration> duration_in(std::string_view text) {
    Duration::rep number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return Duration(number);
}

Error rubbish() {
    return {ErrorKind::system, "the shared store holds something that is no policy"};
}

}  // namespace

RedisCommand find_command(std::string_view domain) {
    return {"EVAL", std::string(find_script), "1", key_of(domain)};
}

RedisCommand publish_command(const engine::StoredPolicy& policy, Time now) {
    return {"EVAL",
            std::string(publish_script),
            "1",
            key_of(policy.domain),
            policy.body,
            policy.id,
            text_of(now - policy.fetched),
            text_of(policy.expires - policy.fetched)};
}

RedisCommand erase_command(std::string_view domain) {
    return {"DEL", key_of(domain)};
}

std::optional<std::string> refusal_in(const redisReply& reply) {
    if (reply.type != REDIS_REPLY_ERROR) return std::nullopt;
    return std::string(bytes_of(reply));
}

Result<std::optional<engine::StoredPolicy>> read_policy_reply(const redisReply& reply,
                                                              std::string_view domain, Time now) {
    if (reply.type == REDIS_REPLY_NIL) return std::optional<engine::StoredPolicy>();
    if (const auto refusal = refusal_in(reply))
        return Error(ErrorKind::system, "the shared store refused: " + *refusal);
    if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 4) return rubbish();
    const std::span<redisReply*> parts(reply.element, 4);
    const bool strings = std::all_of(parts.begin() + 1, parts.end(),
                                     [](const redisReply* part) { return part->type == REDIS_REPLY_STRING; });
    if (parts[0]->type != REDIS_REPLY_INTEGER || !strings) return rubbish();
    const Duration left(parts[0]->integer);
    const auto life = duration_in(bytes_of(*parts[3]));
    if (!life || left > *life) return rubbish();

    engine::StoredPolicy policy;
    policy.domain = domain;
    policy.body = bytes_of(*parts[1]);
    policy.id = bytes_of(*parts[2]);
    policy.expires = now + left;
    policy.fetched = policy.expires - *life;
    policy.checked = policy.fetched;
    policy.used = now;
    return std::optional(std::move(policy));
}

}  // namespace tlspolicy::store
