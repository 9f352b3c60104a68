#pragma once

#include "base/clock.hpp"
#include "cache/entry.hpp"
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
#include <utility>
#include <vector>

namespace tlspolicy::cache {

/// The hall: every domain of which something is known. Safe from any thread; a lookup holds one of 64 short
/// locks and allocates nothing.
///
/// It is bounded. To make room, entries without a policy go first, then policies that ask for nothing. A
/// policy that asks for something leaves only while somebody else keeps it, because forgetting it would open
/// the door that RFC 8461 closes (STS-34); then those unused for longest go. Where nothing may go, a new
/// entry is not kept, and the caller is told.
class PolicyCache {
public:
    static constexpr std::size_t shard_count = 64;

    enum class Kept : std::uint8_t { yes, no_room };
    enum class Kind : std::uint8_t { no_record, unavailable, enforce, testing, none };
    static constexpr std::size_t kinds = 5;
    /// As counters and metrics call them.
    static constexpr std::array<std::pair<Kind, std::string_view>, kinds> kind_names{
        {{Kind::enforce, "enforce"},
         {Kind::testing, "testing"},
         {Kind::none, "none"},
         {Kind::no_record, "no_record"},
         {Kind::unavailable, "unavailable"}}};

    /// `hash_key`: drawn at random by the daemon, fixed in tests.
    PolicyCache(std::size_t max_entries, std::uint64_t hash_key);

    /// Null: nothing is known.
    EntryPtr find(std::string_view domain) const;

    /// Replaces what was known of the entry's domain, at once. One thread writes: the network loop's.
    Kept put(EntryPtr entry);
    void erase(std::string_view domain);

    /// Where a walk through all entries is.
    struct Walk {
        std::size_t shard = 0;
        std::string domain = {};  ///< at which to go on in the shard; empty: at its begin
        bool at_end() const noexcept { return shard == shard_count; }
    };
    /// The next entries of the walk, at most so many, and none at its end. What comes, goes or moves
    /// meanwhile may be passed over: a later walk meets it.
    std::vector<EntryPtr> walk_on(Walk& walk, std::size_t most) const;

    /// A policy takes up one entry, and one more for each KiB of its text: strangers write them.
    void set_max_entries(std::size_t max_entries) noexcept {
        max_entries_.store(max_entries, std::memory_order_relaxed);
    }
    /// Lets go of some of what a lowered bound has no room for any more; call it again and again.
    void shrink();
    /// Whether a store keeps all policies, so that they may leave memory.
    void policies_may_leave(bool may) noexcept { policies_may_leave_.store(may, std::memory_order_relaxed); }
    /// Policies that have left for want of room.
    std::size_t policies_left() const noexcept { return policies_left_.load(std::memory_order_relaxed); }

    bool has_room() const noexcept {
        return room_taken_.load(std::memory_order_relaxed) < max_entries_.load(std::memory_order_relaxed);
    }
    std::size_t size() const noexcept;
    std::size_t size(Kind kind) const noexcept {
        return sizes_[static_cast<std::size_t>(kind)].load(std::memory_order_relaxed);
    }

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
        std::string hand;            // the domain at which the search for a victim goes on
        std::size_t expendable = 0;  // entries that may go at any time
    };

    std::size_t index_of(std::string_view domain) const noexcept;
    bool replace(Shard& shard, const EntryPtr& entry);
    void insert(Shard& shard, EntryPtr entry);
    void remove(Shard& shard, Entries::iterator position);
    bool make_room(std::size_t first_shard, std::size_t wanted);
    bool evict_one(std::size_t first_shard);
    bool evict_expendable(std::size_t first_shard);
    bool evict_policy(std::size_t first_shard);
    template <class Visit>
    static void go_round(Shard& shard, Visit visit);
    static Entries::iterator find_expendable(Shard& shard);
    static Entries::iterator find_unused(Shard& shard);

    Hash hash_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::array<std::atomic<std::size_t>, kinds> sizes_{};
    std::atomic<std::size_t> room_taken_{0};
    std::atomic<std::size_t> max_entries_;
    std::atomic<std::size_t> policies_left_{0};
    std::atomic<bool> policies_may_leave_{false};
};

}  // namespace tlspolicy::cache
