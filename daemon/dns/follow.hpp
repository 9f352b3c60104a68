#pragma once

#include "dns/wire.hpp"
#include "engine/ports.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tlspolicy::dns {

/// How many CNAMEs may stand between a question and its records.
constexpr unsigned max_aliases = 8;

struct Found {
    std::vector<Record> records;  ///< of the type asked for, at the end of the chain; never empty
    std::uint32_t ttl = 0;        ///< seconds; the least on the path, CNAMEs included
    bool secure = false;          ///< for whoever knows the server: follow() leaves it
};

/// The reply ends in a CNAME and says nothing of its target: that is to be asked for.
struct Referred {
    std::string target;
    std::uint32_t ttl = 0;  ///< seconds; the least of the CNAMEs so far
    unsigned aliases = 0;   ///< how many there were
};

using Outcome = std::variant<engine::Absent, Found, Referred>;

/// What a reply of NOERROR or NXDOMAIN says to `question`: follows the CNAMEs within it. An error for a
/// loop, for a chain that is too long, and for records that belong to other names only.
Result<Outcome> follow(Reply reply, const Question& question);

}  // namespace tlspolicy::dns
