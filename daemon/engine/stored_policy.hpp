#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "cache/entry.hpp"
#include "cache/policy_pool.hpp"
#include "engine/ports.hpp"
#include "engine/settings.hpp"

#include <optional>
#include <string_view>

/// Between a policy in memory and the same policy written down.
namespace tlspolicy::engine {

StoredPolicy to_stored(std::string_view domain, const cache::Cached& policy, Time used);

/// What a policy read from a store is worth now. It is trusted no more than one from the network: its text is
/// parsed again and its life counted anew, and a time of fetching in the future counts as now. nullopt: it
/// has expired. Fails (kind `invalid`) where it is no policy. `spread` as in learn().
Result<std::optional<cache::Cached>> from_stored(StoredPolicy stored, cache::PolicyPool& pool,
                                                 const Settings& settings, Time now, double spread);

}  // namespace tlspolicy::engine
