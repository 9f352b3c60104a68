#pragma once

#include "postfix/netstring.hpp"

#include <cstddef>
#include <string_view>
#include <variant>

/// The messages of socketmap_table(5), without their netstring frames.
namespace tlspolicy::postfix {

constexpr std::size_t max_key = 10'000;  ///< Postfix sends no longer one
constexpr std::size_t max_map_name = 255;
constexpr std::size_t max_request = max_map_name + 1 + max_key;
constexpr std::size_t max_reply = 100'000;  ///< Postfix reads no longer one by default

/// "<map> <key>"; both point into the payload. The key may be empty, hold blanks, or any byte at all.
struct Request {
    std::string_view map;
    std::string_view key;
};

std::variant<Request, Malformed> parse_request(std::string_view payload) noexcept;

}  // namespace tlspolicy::postfix
