#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tlspolicy::bench {

/// The answer of this internet's authority to one DNS query (RFC 1035), with SOA where it is negative (RFC
/// 2308). Empty: the query is not worth an answer.
std::string dns_answer(std::span<const std::uint8_t> query);

}  // namespace tlspolicy::bench
