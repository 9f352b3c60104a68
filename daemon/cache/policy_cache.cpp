#include "cache/policy_cache.hpp"

#include <utility>

namespace tlspolicy::cache {
namespace {

bool is_evictable(const Entry& entry) noexcept {
    const auto* cached = std::get_if<Cached>(&entry.sts());
    return cached == nullptr || cached->policy->policy.mode != sts::Mode::enforce;
}

}  // namespace

PolicyCache::PolicyCache(std::size_t max_entries, std::uint64_t hash_key)
    : hash_{KeyedHash(hash_key)}, max_entries_(max_entries) {
    shards_.reserve(shard_count);
    for (std::size_t i = 0; i < shard_count; ++i)
        shards_.push_back(std::make_unique<Shard>(hash_));
}

std::size_t PolicyCache::index_of(std::string_view domain) const noexcept {
    return (hash_(domain) >> 58U)
           % shard_count;  // the upper bits: within a shard the table goes by the others
}

EntryPtr PolicyCache::find(std::string_view domain) const {
    const Shard& shard = *shards_[index_of(domain)];
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(domain);
    return found == shard.entries.end() ? nullptr : *found;
}

PolicyCache::Kept PolicyCache::put(EntryPtr entry) {
    const std::size_t index = index_of(entry->domain());
    Shard& shard = *shards_[index];
    if (replace(shard, entry)) return Kept::yes;
    if (size() >= max_entries_.load(std::memory_order_relaxed) && !evict_one(index)) return Kept::no_room;

    const std::lock_guard lock(shard.mutex);
    insert(shard, std::move(entry));
    return Kept::yes;
}

// Under one lock: nobody may find nothing where a policy is being replaced.
bool PolicyCache::replace(Shard& shard, const EntryPtr& entry) {
    EntryPtr replaced;  // declared before the lock, so freed after it
    const std::lock_guard lock(shard.mutex);
    const auto old = shard.entries.find(entry->domain());
    if (old == shard.entries.end()) return false;
    replaced = *old;
    remove(shard, old);
    insert(shard, entry);
    return true;
}

void PolicyCache::erase(std::string_view domain) {
    Shard& shard = *shards_[index_of(domain)];
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(domain);
    if (found != shard.entries.end()) remove(shard, found);
}

std::vector<EntryPtr> PolicyCache::shard(std::size_t index) const {
    const Shard& shard = *shards_[index];
    const std::lock_guard lock(shard.mutex);
    return {shard.entries.begin(), shard.entries.end()};
}

void PolicyCache::insert(Shard& shard, EntryPtr entry) {
    if (is_evictable(*entry)) ++shard.evictable;
    shard.entries.insert(std::move(entry));
    size_.fetch_add(1, std::memory_order_relaxed);
}

void PolicyCache::remove(Shard& shard, Entries::iterator position) {
    if (is_evictable(**position)) --shard.evictable;
    shard.entries.erase(position);
    size_.fetch_sub(1, std::memory_order_relaxed);
}

bool PolicyCache::evict_one(std::size_t first_shard) {
    for (std::size_t i = 0; i < shard_count; ++i) {
        Shard& shard = *shards_[(first_shard + i) % shard_count];
        const std::lock_guard lock(shard.mutex);
        if (shard.evictable == 0) continue;
        remove(shard, find_victim(shard));
        return true;
    }
    return false;
}

// The hand goes round the shard, so that a victim costs a few steps on average, not a walk from the start.
PolicyCache::Entries::iterator PolicyCache::find_victim(Shard& shard) {
    constexpr std::size_t patience = 128;  // how far to look for something cheaper than a policy
    const auto end = shard.entries.end();
    auto position = shard.entries.find(std::string_view(shard.hand));
    auto fallback = end;
    std::size_t looked = 0;
    for (std::size_t steps = shard.entries.size(); steps > 0 && looked < patience; --steps) {
        if (position == end) position = shard.entries.begin();
        const auto here = position++;
        if (fallback != end) ++looked;
        if (!is_evictable(**here)) continue;
        if (!std::holds_alternative<Cached>((*here)->sts())) {
            fallback = here;
            break;
        }
        if (fallback == end) fallback = here;
    }
    shard.hand = position == end ? std::string() : std::string((*position)->domain());
    return fallback;
}

}  // namespace tlspolicy::cache
