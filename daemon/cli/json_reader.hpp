#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// Reads what the daemon said, which may be of another version than this command: what is missing or of
/// another type reads as nothing.
namespace tlspolicy::cli {

/// A string as it is, a number or a truth as JSON writes it.
std::string text_at(const boost::json::object& object, std::string_view name);
std::int64_t number_at(const boost::json::object& object, std::string_view name);
bool is_true_at(const boost::json::object& object, std::string_view name);
/// An empty one where there is none.
const boost::json::object& object_at(const boost::json::object& object, std::string_view name);
const boost::json::array& array_at(const boost::json::object& object, std::string_view name);

/// "2026-11-25T03:46:04Z (in 6d 23h)", of {"at": ..., "in": ...}; "never" where there is null.
std::string moment_at(const boost::json::object& object, std::string_view name);

/// The two greatest units: "6d 23h", "1m 30s", "0s".
std::string shown_duration(std::int64_t seconds);

}  // namespace tlspolicy::cli
