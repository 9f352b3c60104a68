#pragma once

#include "cache/dane_entry.hpp"
#include "cache/keyed_hash.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::cache {

/// What is known of DANE, by lookup key. Safe from any thread; a lookup holds one of 64 short locks and
/// allocates nothing. Bounded, many hosts counting as more than one entry: what was unused for long goes
/// first, and is merely looked up again, for DNSSEC proves it anew.
class DaneCache {
public:
    static constexpr std::size_t shard_count = 64;

    /// `hash_key`: drawn at random by the daemon, fixed in tests.
    DaneCache(std::size_t max_entries, std::uint64_t hash_key);

    /// Null: nothing is known. What it says may be out of date: DaneState::until.
    DaneEntryPtr find(std::string_view key) const;
    void put(DaneEntryPtr entry);
    void erase(std::string_view key);
    /// Lets go of the entries of one shard that say nothing any more since `end`; all shards take turns.
    void sweep(Time end);

    void set_max_entries(std::size_t max_entries) noexcept {
        max_per_shard_.store(per_shard(max_entries), std::memory_order_relaxed);
    }
    std::size_t size(dane::Standing standing) const noexcept {
        return sizes_[static_cast<std::size_t>(standing)].load(std::memory_order_relaxed);
    }
    std::size_t size() const noexcept;

private:
    struct Hash {
        using is_transparent = void;
        KeyedHash keyed;
        std::size_t operator()(std::string_view key) const noexcept { return keyed(key); }
        std::size_t operator()(const DaneEntryPtr& entry) const noexcept { return keyed(entry->key()); }
    };
    struct Equal {
        using is_transparent = void;
        static std::string_view key(std::string_view text) noexcept { return text; }
        static std::string_view key(const DaneEntryPtr& entry) noexcept { return entry->key(); }
        bool operator()(const auto& a, const auto& b) const noexcept { return key(a) == key(b); }
    };
    using Entries = boost::unordered_flat_set<DaneEntryPtr, Hash, Equal>;
    using Removed = std::vector<DaneEntryPtr>;  // declared before the lock, so freed after it
    struct alignas(64) Shard {
        explicit Shard(const Hash& hash) : entries(0, hash) {}
        mutable std::mutex mutex;
        Entries entries;
        std::size_t room_taken = 0;
    };

    std::atomic<std::size_t>& size_of(const DaneEntry& entry) noexcept {
        return sizes_[static_cast<std::size_t>(entry.state().standing)];
    }
    static std::size_t per_shard(std::size_t max_entries) noexcept {
        return (max_entries + shard_count - 1) / shard_count;
    }
    Shard& shard_of(std::string_view key) const noexcept;
    void remove(Shard& shard, Entries::iterator position, Removed& removed);
    void make_room(Shard& shard, std::size_t wanted, Removed& removed);
    bool sweep_part(Shard& shard, Time end, std::string& from);

    Hash hash_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::atomic<std::size_t> max_per_shard_;
    std::array<std::atomic<std::size_t>, dane::standings> sizes_{};
    std::size_t next_sweep_ = 0;
    std::uint64_t victims_ = 0;
};

}  // namespace tlspolicy::cache
