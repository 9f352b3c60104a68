#include "cache/dane_cache.hpp"

#include "cache/walk.hpp"

#include <utility>

namespace tlspolicy::cache {
namespace {

constexpr std::size_t hosts_per_entry = 4;  // more of them count as more entries

std::size_t room_of(const DaneEntry& entry) noexcept {
    return 1 + entry.state().hosts.size() / hosts_per_entry;
}

}  // namespace

DaneCache::DaneCache(std::size_t max_entries, std::uint64_t hash_key)
    : hash_{KeyedHash(hash_key)}, max_per_shard_(per_shard(max_entries)) {
    shards_.reserve(shard_count);
    for (std::size_t i = 0; i < shard_count; ++i)
        shards_.push_back(std::make_unique<Shard>(hash_));
}

std::size_t DaneCache::size() const noexcept {
    std::size_t all = 0;
    for (const auto& size : sizes_)
        all += size.load(std::memory_order_relaxed);
    return all;
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
    Removed removed;
    Shard& shard = shard_of(entry->key());
    const std::size_t room = room_of(*entry);
    const std::lock_guard lock(shard.mutex);
    const auto old = shard.entries.find(std::string_view(entry->key()));
    if (old != shard.entries.end()) remove(shard, old, removed);
    make_room(shard, room, removed);
    size_of(*entry).fetch_add(1, std::memory_order_relaxed);
    shard.entries.insert(std::move(entry));
    shard.room_taken += room;
}

void DaneCache::erase(std::string_view key) {
    Removed removed;
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(key);
    if (found != shard.entries.end()) remove(shard, found, removed);
}

void DaneCache::remove(Shard& shard, Entries::iterator position, Removed& removed) {
    shard.room_taken -= room_of(**position);
    size_of(**position).fetch_sub(1, std::memory_order_relaxed);
    removed.push_back(*position);
    shard.entries.erase(position);
}

// Of a handful the one unused for longest. Each search begins elsewhere in the table.
void DaneCache::make_room(Shard& shard, std::size_t wanted, Removed& removed) {
    constexpr std::size_t handful = 8;
    const std::size_t most = max_per_shard_.load(std::memory_order_relaxed);
    while (!shard.entries.empty() && shard.room_taken + wanted > most) {
        auto here = shard.entries.begin();
        for (std::size_t skip = victims_++ % 64; skip > 0 && std::next(here) != shard.entries.end(); --skip)
            ++here;
        auto victim = here;
        for (std::size_t looked = 0; looked < handful && here != shard.entries.end(); ++looked, ++here)
            if ((*here)->last_used() < (*victim)->last_used()) victim = here;
        remove(shard, victim, removed);
    }
}

void DaneCache::sweep(Time end) {
    Shard& shard = *shards_[next_sweep_++ % shard_count];
    std::string from;
    while (sweep_part(shard, end, from)) {
    }
}

/// `from`: the key that the next part begins with. False: there is none.
bool DaneCache::sweep_part(Shard& shard, Time end, std::string& from) {
    Removed removed;
    const std::lock_guard lock(shard.mutex);
    auto position = from.empty() ? shard.entries.begin() : shard.entries.find(std::string_view(from));
    for (std::size_t met = 0; met < entries_at_once && position != shard.entries.end(); ++met) {
        const auto here = position++;
        if ((*here)->state().until < end) remove(shard, here, removed);
    }
    if (position == shard.entries.end()) return false;
    from = (*position)->key();
    return true;
}

}  // namespace tlspolicy::cache
