#include "engine/stored_policy.hpp"

#include "engine/freshness.hpp"
#include "sts/record.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace tlspolicy::engine {

StoredPolicy to_stored(std::string_view domain, const cache::Cached& policy, Time used) {
    StoredPolicy stored{std::string(domain), policy.policy->body, policy.id};
    stored.fetched = policy.fetched;
    stored.expires = policy.expires;
    stored.checked = policy.checked;
    stored.used = used;
    if (policy.failure) stored.failure = *policy.failure;
    return stored;
}

Result<std::optional<cache::Cached>> from_stored(StoredPolicy stored, cache::PolicyPool& pool,
                                                 const Settings& settings, Time now, double spread) {
    if (!sts::is_valid_id(stored.id)) return Error(ErrorKind::invalid, "the stored id is not valid");
    auto policy = pool.intern(std::move(stored.body));
    if (!policy) return policy.error();

    const Duration max_age = (*policy)->policy.max_age;
    cache::Cached cached{std::move(policy).value()};
    cached.id = std::move(stored.id);
    cached.fetched = std::min(stored.fetched, now);
    cached.expires = cached.fetched + max_age;
    if (cached.expires <= now) return std::optional<cache::Cached>();
    cached.checked = std::clamp(stored.checked, cached.fetched, now);
    cached.recheck = cached.checked + settings.recheck.min;
    cached.refresh = refresh_time(cached.fetched, max_age, spread);
    if (stored.failure) {
        stored.failure->retry = std::min(stored.failure->retry, now + settings.retry_after_max);
        cached.failure = std::make_shared<const cache::Failure>(*std::move(stored.failure));
    }
    return std::optional(std::move(cached));
}

}  // namespace tlspolicy::engine
