#pragma once

#include "base/error.hpp"
#include "sts/mx_pattern.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::sts {

enum class Mode : std::uint8_t { enforce, testing, none };

/// The word that the policy has for it.
std::string_view name_of(Mode mode) noexcept;

/// The longest life of a policy (RFC 8461, 3.2); a greater max_age counts as this one.
constexpr std::chrono::seconds longest_max_age{31'557'600};

/// A valid policy body (RFC 8461, 3.2).
struct Policy {
    Mode mode = Mode::none;
    std::vector<MxPattern> mx;        ///< in the policy's order; empty only with mode none
    std::chrono::seconds max_age{0};  ///< 0: good for the query that fetched it alone
    std::vector<std::string> lines;   ///< as fetched, without line ends and empty lines; TLS-RPT quotes them

    friend bool operator==(const Policy&, const Policy&) = default;
};

/// The whole body, of whatever size the fetcher lets through. Fails with kind `invalid`, and a message that
/// begins with the line where one is at fault: `line 3: max_age "1d" is not 1 to 10 digits`.
Result<Policy> parse_policy(std::string_view body);

}  // namespace tlspolicy::sts
