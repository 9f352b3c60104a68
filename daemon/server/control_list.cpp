#include "server/control_list.hpp"

#include "cache/walk.hpp"
#include "engine/freshness.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <charconv>

namespace tlspolicy::server {
namespace {

constexpr std::size_t entries_at_most = 64 * 256;  // looked at for one request: a few milliseconds

bool is_wished(const cache::Entry& entry, const ListWish& wish) {
    if (wish.kind == "failing") {
        if (engine::failure_of(entry.sts()) == nullptr) return false;
    } else if (!wish.kind.empty() && kind_of(entry.sts()) != wish.kind) {
        return false;
    }
    return entry.domain().find(wish.match) != std::string_view::npos;
}

}  // namespace

bool is_kind(std::string_view kind) noexcept {
    constexpr std::string_view kinds[] = {"enforce",   "testing",     "none",
                                          "no-record", "unavailable", "failing"};
    return std::find(std::begin(kinds), std::end(kinds), kind) != std::end(kinds);
}

std::string to_text(const cache::PolicyCache::Walk& walk) {
    return std::to_string(walk.shard) + ':' + walk.domain;
}

std::optional<cache::PolicyCache::Walk> parse_walk(std::string_view text) {
    cache::PolicyCache::Walk walk;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), walk.shard);
    const auto rest = text.substr(static_cast<std::size_t>(end - text.data()));
    if (failure != std::errc() || !rest.starts_with(':') || walk.shard >= cache::PolicyCache::shard_count)
        return std::nullopt;
    walk.domain = rest.substr(1);
    return walk;
}

boost::json::object list(const cache::PolicyCache& cache, const ListWish& wish, const Present& present) {
    boost::json::array entries;
    auto walk = wish.from;
    std::size_t looked_at = 0;
    while (!walk.at_end() && entries.size() < wish.limit && looked_at < entries_at_most) {
        const std::size_t most = std::min(cache::entries_at_once, wish.limit - entries.size());
        const auto met = cache.walk_on(walk, most);
        looked_at += std::max<std::size_t>(met.size(), 1);
        for (const auto& entry : met)
            if (is_wished(*entry, wish)) entries.push_back(summary_of(*entry, present));
    }
    boost::json::object page{{"schema", 1}, {"entries", std::move(entries)}};
    if (!walk.at_end()) page["next"] = to_text(walk);
    return page;
}

}  // namespace tlspolicy::server
