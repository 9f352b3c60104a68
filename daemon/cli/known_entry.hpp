#pragma once

#include "cli/table.hpp"

#include <boost/json/object.hpp>

#include <vector>

/// What the running daemon says of a domain ("GET /entries/DOMAIN"), for people.
namespace tlspolicy::cli {

/// A row a fact: its name and value; one without a name belongs to the fact above.
std::vector<Row> facts_of_entry(const boost::json::object& known);
/// A row a map: its name, and what Postfix would be told now.
std::vector<Row> answers_of(const boost::json::object& known);

}  // namespace tlspolicy::cli
