#include "cache/policy_pool.hpp"

#include <utility>

namespace tlspolicy::cache {

Result<std::shared_ptr<const KnownPolicy>> PolicyPool::intern(std::string body) {
    if (const auto found = policies_.find(body); found != policies_.end()) return found->second;
    auto policy = read_policy(std::move(body));
    if (policy) policies_.emplace((*policy)->body, *policy);
    return policy;
}

void PolicyPool::sweep() {
    // The pool's own reference is the last one: nobody can gain another but through intern(), on this loop.
    std::erase_if(policies_, [](const auto& policy) { return policy.second.use_count() == 1; });
}

}  // namespace tlspolicy::cache
