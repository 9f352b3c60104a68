#pragma once

#include "cache/policy_cache.hpp"
#include "server/control_json.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::server {

/// Which entries a list is to have.
struct ListWish {
    std::string kind = {};   ///< kind_of(), or "failing": whatever has a failure; empty: all
    std::string match = {};  ///< part of the domain; empty: all
    std::size_t limit = 100;
    cache::PolicyCache::Walk from = {};

    static constexpr std::size_t longest = 1000;
};

bool is_kind(std::string_view kind) noexcept;

/// Where a list goes on, as text: "17:example.com".
std::string to_text(const cache::PolicyCache::Walk& walk);
std::optional<cache::PolicyCache::Walk> parse_walk(std::string_view text);

/// A page: "entries", in no order that means anything, and "next", from where to ask on, unless it was the
/// last one. It looks at a bounded number of entries, so it may be short, or empty, before the end.
boost::json::object list(const cache::PolicyCache& cache, const ListWish& wish, const Present& present);

}  // namespace tlspolicy::server
