#pragma once

#include "base/error.hpp"
#include "sts/mx_pattern.hpp"

#include <chrono>
#include <cstddef>
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

/// What one line of a body is worth.
struct LineVerdict {
    enum class Kind : std::uint8_t {
        field,      ///< of RFC 8461
        repeated,   ///< a second one: the first counts
        extension,  ///< a field that nobody here knows, ignored
        blank,      ///< says nothing
        wrong,      ///< makes the whole policy invalid
    };
    std::size_t number = 0;  ///< from 1
    std::string text;        ///< as fetched, without its end
    Kind kind = Kind::field;
    std::string why = {};  ///< it is wrong

    friend bool operator==(const LineVerdict&, const LineVerdict&) = default;
};

/// All that parse_policy() would say if it did not stop at the first fault, for whoever has to mend a policy.
struct Reading {
    std::vector<LineVerdict> lines;
    std::vector<std::string> missing;  ///< "mode is missing"
};
Reading read_lines(std::string_view body);

}  // namespace tlspolicy::sts
