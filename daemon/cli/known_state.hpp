#pragma once

#include "cli/table.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

/// What the daemon says of a domain's MTA-STS ("sts" of show, "before" and "after" of refresh), for people.
namespace tlspolicy::cli {

/// "enforce, id 20260101"; "no record"; "nothing known".
std::string in_short(const boost::json::object& state);
/// A row a fact, name and value.
std::vector<Row> facts_of(const boost::json::object& state);
/// "fetch: HTTP status 404 (3 in a row; tried again 2026-...)"; empty: nothing failed.
std::string failure_of(const boost::json::object& state);

}  // namespace tlspolicy::cli
