#include "cache/policy_cache.hpp"

#include <algorithm>
#include <utility>

namespace tlspolicy::cache {
namespace {

using Kind = PolicyCache::Kind;

constexpr std::size_t octets_per_entry = 2048;  // of a policy in memory: what is larger counts as more
constexpr std::size_t shrink_step = 256;        // entries let go of at one time

struct KindOf {
    Kind operator()(const Unknown&) const noexcept { return Kind::unavailable; }
    Kind operator()(const NoRecord&) const noexcept { return Kind::no_record; }
    Kind operator()(const Unavailable&) const noexcept { return Kind::unavailable; }
    Kind operator()(const Cached& cached) const noexcept {
        switch (cached.policy->policy.mode) {
            case sts::Mode::enforce:
                return Kind::enforce;
            case sts::Mode::testing:
                return Kind::testing;
            case sts::Mode::none:
                break;
        }
        return Kind::none;
    }
};

Kind kind_of(const Entry& entry) noexcept {
    return std::visit(KindOf{}, entry.sts());
}

bool is_expendable(Kind kind) noexcept {
    return kind != Kind::enforce && kind != Kind::testing;
}

// Beside the text as a whole there are its lines and its patterns, strings of their own, and the answer,
// which repeats both: a text of short lines takes many times its size.
std::size_t octets_of(const KnownPolicy& known) noexcept {
    const auto& policy = known.policy;
    const std::size_t answer = known.text ? known.text->tlsrpt_size({}) : 0;
    return 3 * known.body.size() + answer + policy.lines.size() * sizeof(std::string)
           + policy.mx.size() * sizeof(sts::MxPattern);
}

std::size_t room_of(const Entry& entry) noexcept {
    const auto* cached = std::get_if<Cached>(&entry.sts());
    return cached == nullptr ? 1 : 1 + octets_of(*cached->policy) / octets_per_entry;
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
    if (!make_room(index, room_of(*entry))) return Kept::no_room;

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

std::vector<EntryPtr> PolicyCache::walk_on(Walk& walk, std::size_t most) const {
    std::vector<EntryPtr> met;
    const Shard& shard = *shards_[walk.shard];
    const std::lock_guard lock(shard.mutex);
    met.reserve(std::min(most, shard.entries.size()));
    auto position =
        walk.domain.empty() ? shard.entries.begin() : shard.entries.find(std::string_view(walk.domain));
    for (; position != shard.entries.end() && met.size() < most; ++position)
        met.push_back(*position);
    const bool through = position == shard.entries.end();
    walk.domain = through ? std::string() : std::string((*position)->domain());
    if (through) ++walk.shard;
    return met;
}

std::size_t PolicyCache::size() const noexcept {
    std::size_t all = 0;
    for (const auto& each : sizes_)
        all += each.load(std::memory_order_relaxed);
    return all;
}

void PolicyCache::insert(Shard& shard, EntryPtr entry) {
    const Kind kind = kind_of(*entry);
    if (is_expendable(kind)) ++shard.expendable;
    room_taken_.fetch_add(room_of(*entry), std::memory_order_relaxed);
    sizes_[static_cast<std::size_t>(kind)].fetch_add(1, std::memory_order_relaxed);
    shard.entries.insert(std::move(entry));
}

void PolicyCache::remove(Shard& shard, Entries::iterator position) {
    const Kind kind = kind_of(**position);
    if (is_expendable(kind)) --shard.expendable;
    room_taken_.fetch_sub(room_of(**position), std::memory_order_relaxed);
    sizes_[static_cast<std::size_t>(kind)].fetch_sub(1, std::memory_order_relaxed);
    shard.entries.erase(position);
}

bool PolicyCache::make_room(std::size_t first_shard, std::size_t wanted) {
    while (room_taken_.load(std::memory_order_relaxed) + wanted
           > max_entries_.load(std::memory_order_relaxed))
        if (!evict_one(first_shard)) return false;
    return true;
}

void PolicyCache::shrink() {
    for (std::size_t i = 0; i < shrink_step; ++i) {
        if (room_taken_.load(std::memory_order_relaxed) <= max_entries_.load(std::memory_order_relaxed))
            return;
        if (!evict_one(i % shard_count)) return;
    }
}

bool PolicyCache::evict_one(std::size_t first_shard) {
    if (evict_expendable(first_shard)) return true;
    if (!policies_may_leave_.load(std::memory_order_relaxed) || !evict_policy(first_shard)) return false;
    policies_left_.fetch_add(1, std::memory_order_relaxed);
    return true;
}

bool PolicyCache::evict_expendable(std::size_t first_shard) {
    if (size(Kind::no_record) + size(Kind::unavailable) + size(Kind::none) == 0) return false;
    for (std::size_t i = 0; i < shard_count; ++i) {
        Shard& shard = *shards_[(first_shard + i) % shard_count];
        const std::lock_guard lock(shard.mutex);
        if (shard.expendable == 0) continue;
        remove(shard, find_expendable(shard));
        return true;
    }
    return false;
}

bool PolicyCache::evict_policy(std::size_t first_shard) {
    for (std::size_t i = 0; i < shard_count; ++i) {
        Shard& shard = *shards_[(first_shard + i) % shard_count];
        const std::lock_guard lock(shard.mutex);
        if (shard.entries.empty()) continue;
        remove(shard, find_unused(shard));
        return true;
    }
    return false;
}

// The hand goes round the shard, so that a victim costs a few steps on average, not a walk from the start.
template <class Visit>
void PolicyCache::go_round(Shard& shard, Visit visit) {
    const auto end = shard.entries.end();
    auto position = shard.entries.find(std::string_view(shard.hand));
    bool go_on = true;
    for (std::size_t steps = shard.entries.size(); go_on && steps > 0; --steps) {
        if (position == end) position = shard.entries.begin();
        go_on = visit(position++);
    }
    shard.hand = position == end ? std::string() : std::string((*position)->domain());
}

PolicyCache::Entries::iterator PolicyCache::find_expendable(Shard& shard) {
    constexpr std::size_t patience = 128;  // how far to look for something cheaper than a policy
    auto victim = shard.entries.end();
    std::size_t looked = 0;
    go_round(shard, [&](Entries::iterator here) {
        const bool has_one = victim != shard.entries.end();
        if (has_one) ++looked;
        if (!is_expendable(kind_of(**here))) return looked < patience;
        const bool cheapest = !std::holds_alternative<Cached>((*here)->sts());
        if (cheapest || !has_one) victim = here;
        return !cheapest && looked < patience;
    });
    return victim;
}

// Of a handful the one unused for longest: nearly as good as of all, for a fraction of the cost.
PolicyCache::Entries::iterator PolicyCache::find_unused(Shard& shard) {
    constexpr std::size_t handful = 16;
    auto victim = shard.entries.end();
    std::size_t looked = 0;
    go_round(shard, [&](Entries::iterator here) {
        if (victim == shard.entries.end() || (*here)->last_used() < (*victim)->last_used()) victim = here;
        return ++looked < handful;
    });
    return victim;
}

}  // namespace tlspolicy::cache
