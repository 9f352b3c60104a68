#include "cache/dane_cache.hpp"

#include <utility>

namespace tlspolicy::cache {

DaneCache::DaneCache(std::size_t max_entries, std::uint64_t hash_key)
    : hash_{KeyedHash(hash_key)}, max_per_shard_(per_shard(max_entries)) {
    shards_.reserve(shard_count);
    for (std::size_t i = 0; i < shard_count; ++i)
        shards_.push_back(std::make_unique<Shard>(hash_));
}

DaneCache::Shard& DaneCache::shard_of(std::string_view key) const noexcept {
    return *shards_[(hash_(key) >> 58U) % shard_count];  // within a shard the table goes by the lower bits
}

DaneEntryPtr DaneCache::find(std::string_view key) const {
    const Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(key);
    return found == shard.entries.end() ? nullptr : *found;
}

void DaneCache::put(DaneEntryPtr entry) {
    DaneEntryPtr replaced;  // declared before the lock, so freed after it
    Shard& shard = shard_of(entry->key());
    const std::lock_guard lock(shard.mutex);
    if (const auto old = shard.entries.find(std::string_view(entry->key())); old != shard.entries.end()) {
        replaced = *old;
        shard.entries.erase(old);
        size_.fetch_sub(1, std::memory_order_relaxed);
    }
    make_room(shard);
    shard.entries.insert(std::move(entry));
    size_.fetch_add(1, std::memory_order_relaxed);
}

void DaneCache::erase(std::string_view key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return;
    shard.entries.erase(found);
    size_.fetch_sub(1, std::memory_order_relaxed);
}

// Of a handful the one unused for longest. Each search begins elsewhere in the table.
void DaneCache::make_room(Shard& shard) {
    constexpr std::size_t handful = 8;
    while (!shard.entries.empty() && shard.entries.size() >= max_per_shard_.load(std::memory_order_relaxed)) {
        auto here = shard.entries.begin();
        for (std::size_t skip = victims_++ % 64; skip > 0 && std::next(here) != shard.entries.end(); --skip)
            ++here;
        auto victim = here;
        for (std::size_t looked = 0; looked < handful && here != shard.entries.end(); ++looked, ++here)
            if ((*here)->last_used() < (*victim)->last_used()) victim = here;
        shard.entries.erase(victim);
        size_.fetch_sub(1, std::memory_order_relaxed);
    }
}

void DaneCache::sweep(Time end) {
    Shard& shard = *shards_[next_sweep_++ % shard_count];
    const std::lock_guard lock(shard.mutex);
    const auto before = shard.entries.size();
    erase_if(shard.entries, [end](const DaneEntryPtr& entry) { return entry->state().until < end; });
    size_.fetch_sub(before - shard.entries.size(), std::memory_order_relaxed);
}

}  // namespace tlspolicy::cache
