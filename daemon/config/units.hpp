#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Quantities as operators write them. Error messages go on from the value: "is not a duration".
namespace tlspolicy::config {

/// A whole number of ms, s, m, h or d: "500ms", "90s", "30d".
Result<Duration> parse_duration(std::string_view text);
/// Octets: "65536", "64KiB", "1MiB".
Result<std::uint64_t> parse_size(std::string_view text);
/// Decimal digits.
Result<std::uint64_t> parse_number(std::string_view text);
/// Permission bits in octal, as chmod(1) takes them: "0660" or "660".
Result<unsigned> parse_file_mode(std::string_view text);

/// In the largest unit that divides it: "5m", not "300s".
std::string to_text(Duration value);
std::string size_to_text(std::uint64_t octets);

}  // namespace tlspolicy::config
