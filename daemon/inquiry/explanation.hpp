#pragma once

#include "base/wall_clock.hpp"
#include "cache/dane_entry.hpp"
#include "cache/entry.hpp"
#include "engine/decide.hpp"
#include "inquiry/journal.hpp"
#include "postfix/lookup_key.hpp"
#include "postfix/map_options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::inquiry {

/// An operator's word that is in force for a name.
struct OverrideInForce {
    std::string key;     ///< "example.com", or ".example.com" for all below it
    std::string answer;  ///< what Postfix is told; empty: NOTFOUND
    std::optional<WallTime> until = {};
    std::string reason = {};
};

/// What one map says, and why.
struct MapAnswer {
    std::string map;
    postfix::MapOptions options;
    postfix::Answer answer;     ///< what Postfix is told
    postfix::Answer judgement;  ///< what the rule says: an override or monitor mode may stand before it
    engine::Rule rule = engine::Rule::no_record;
};

/// Everything that leads from a lookup key to its answers, as values; whoever shows it adds nothing.
struct Explanation {
    std::string key;                                ///< as it was given
    std::optional<postfix::LookupKey> parsed = {};  ///< nullopt: it names no domain, `no_domain` says why
    std::string no_domain = {};
    std::optional<OverrideInForce> override = {};
    Result<bool> validates = false;  ///< whether the resolver validates, and is believed
    Time begun{};
    Time decided{};  ///< when the rules were applied
    Journal journal = {};
    cache::StsState sts = {};
    std::optional<cache::DaneState> dane = {};
    std::vector<MapAnswer> answers = {};
};

/// Why a key that LookupKey::parse() refuses is none.
std::string why_no_domain(std::string_view key);

}  // namespace tlspolicy::inquiry
