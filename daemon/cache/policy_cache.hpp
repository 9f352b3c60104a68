#pragma once

#include "base/clock.hpp"
#include "cache/entry.hpp"
#include "cache/keyed_hash.hpp"

#include <boost/unordered/unordered_flat_set.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::cache {

/// The hall: every domain of which something is known. Safe from any thread; a lookup holds one of 64 short
/// locks and allocates nothing.
///
/// It is bounded. To make room, entries without a policy go first, then policies that enforce nothing. An
/// enforced policy is never evicted: forgetting it would open the door that RFC 8461 closes (STS-34). When
/// only such are left, a new entry is not kept, and the caller is told.
class PolicyCache {
public:
    static constexpr std::size_t shard_count = 64;

    enum class Kept : std::uint8_t { yes, no_room };

    /// `hash_key`: drawn at random by the daemon, fixed in tests.
    PolicyCache(std::size_t max_entries, std::uint64_t hash_key);

    /// Null: nothing is known.
    EntryPtr find(std::string_view domain) const;

    /// Replaces what was known of the entry's domain, at once. One thread writes: the network loop's.
    Kept put(EntryPtr entry);
    void erase(std::string_view domain);

    /// A copy of one shard's entries, for sweeps, which must not hold its lock.
    std::vector<EntryPtr> shard(std::size_t index) const;

    void set_max_entries(std::size_t max_entries) noexcept {
        max_entries_.store(max_entries, std::memory_order_relaxed);
    }
    std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

private:
    struct Hash {
        using is_transparent = void;
        KeyedHash keyed;
        std::size_t operator()(std::string_view domain) const noexcept { return keyed(domain); }
        std::size_t operator()(const EntryPtr& entry) const noexcept { return keyed(entry->domain()); }
    };
    struct Equal {
        using is_transparent = void;
        static std::string_view key(std::string_view domain) noexcept { return domain; }
        static std::string_view key(const EntryPtr& entry) noexcept { return entry->domain(); }
        bool operator()(const auto& a, const auto& b) const noexcept { return key(a) == key(b); }
    };
    using Entries = boost::unordered_flat_set<EntryPtr, Hash, Equal>;

    struct alignas(64) Shard {  // a cache line of its own, so that locks do not disturb each other
        explicit Shard(const Hash& hash) : entries(0, hash) {}
        mutable std::mutex mutex;
        Entries entries;
        std::string hand;           // the domain at which the search for a victim goes on
        std::size_t evictable = 0;  // entries that hold no enforced policy
    };

    std::size_t index_of(std::string_view domain) const noexcept;
    bool replace(Shard& shard, const EntryPtr& entry);
    void insert(Shard& shard, EntryPtr entry);
    void remove(Shard& shard, Entries::iterator position);
    bool evict_one(std::size_t first_shard);
    static Entries::iterator find_victim(Shard& shard);

    Hash hash_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::atomic<std::size_t> size_{0};
    std::atomic<std::size_t> max_entries_;
};

}  // namespace tlspolicy::cache
