#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tlspolicy::bench {

enum class RecordType : std::uint16_t { a = 1, txt = 16 };

struct DnsReply {
    std::uint16_t id = 0;
    bool name_error = false;
    std::vector<std::string> data;  ///< of the answers of the type that was asked for, as on the wire
};

/// A query with recursion desired (RFC 1035, 4.1).
std::string dns_query(std::uint16_t id, const std::string& name, RecordType type);

/// nullopt: malformed, or a failure other than NXDOMAIN.
std::optional<DnsReply> parse_dns_reply(std::span<const std::uint8_t> reply, RecordType type);

}  // namespace tlspolicy::bench
