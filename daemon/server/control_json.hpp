#pragma once

#include "base/clock.hpp"
#include "base/wall_clock.hpp"
#include "cache/dane_entry.hpp"
#include "cache/entry.hpp"
#include "engine/overrides.hpp"
#include "server/settings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

/// What is known of a domain as JSON for the control socket: pure functions of it and the present. A member
/// that has nothing to say is left out.
namespace tlspolicy::server {

/// The present, by both clocks.
struct Present {
    Time now;
    WallTime wall;
};

/// "2026-11-25T03:46:04Z" (RFC 3339).
std::string rfc3339(WallTime time);

/// {"at": RFC 3339, "in": seconds from now, less than 0 in the past}; null for Time::max(), which is never.
boost::json::value to_json(Time time, const Present& present);

/// The kinds of what is known of a domain's MTA-STS, by which a list can be filtered: "enforce", "testing",
/// "none", "no-record", "unavailable".
std::string_view kind_of(const cache::StsState& state) noexcept;

boost::json::object to_json(const cache::StsState& state, const Present& present);
boost::json::object to_json(std::string_view key, const cache::DaneState& state, const Present& present);
boost::json::object to_json(const engine::Override& word, const Present& present);

/// One line of a list.
boost::json::object summary_of(const cache::Entry& entry, const Present& present);

/// What an answer is made of; null: nothing is known, or there is no override.
struct Knowledge {
    const cache::StsState* sts = nullptr;
    const cache::DaneState* dane = nullptr;
    const engine::Override* word = nullptr;
    std::string_view held_in = "memory";  ///< or "store"
};
/// What each map would say at this moment: "map", "source" (override, memory, store, or lookup: somebody
/// would be asked first), "answer" as Postfix would see it, and "withheld" where monitor mode keeps it back.
boost::json::array answers(const Settings& settings, std::string_view domain, const Knowledge& known,
                           const Present& present);

}  // namespace tlspolicy::server
