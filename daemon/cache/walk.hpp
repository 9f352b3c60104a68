#pragma once

#include <cstddef>

namespace tlspolicy::cache {

/// Entries that a walk through a cache looks at in one go: the most that hold up lookups in their shard.
constexpr std::size_t entries_at_once = 256;

}  // namespace tlspolicy::cache
