#pragma once

#include "cli/palette.hpp"
#include "cli/verb.hpp"

#include <boost/json/array.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::cli {

enum class Severity : std::uint8_t {
    ok,       ///< looked at, and as it should be
    note,     ///< worth knowing; nothing to do
    warning,  ///< works, and is not what it should be
    problem,  ///< does not work, or will not for others
    unknown,  ///< could not be found out
};

std::string_view name_of(Severity severity) noexcept;

/// One judgement of a verb that checks something, for people who can act on it. Printable text.
struct Finding {
    Severity severity = Severity::ok;
    std::string what = {};    ///< what is the case: "The policy file has no line \"mx\""
    std::string why = {};     ///< why it matters; empty where that is plain
    std::string fix = {};     ///< what to do; empty where there is nothing
    std::string source = {};  ///< who says so: "RFC 8461, 3.2"; empty where nobody needs to

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// A problem is worse than what is unknown, and that is worse than a warning.
Exit worse(Exit one, Exit other) noexcept;

/// The exit status that the worst of them asks for. None at all is fine.
Exit exit_of(std::span<const Finding> findings) noexcept;

/// Of findings of one kind the first ten, and how many more there are; `what` they are: "wrong lines".
/// Whoever publishes them is a stranger, and may publish thousands.
std::vector<Finding> few(std::vector<Finding> alike, std::string_view what);

/// For people: "problem: WHAT (SOURCE)", with WHY and FIX below it, in lines of at most 80 columns, or fewer
/// where the terminal has fewer. Each finding ends its line.
std::string to_text(std::span<const Finding> findings, const Palette& palette, std::size_t width);

/// For programs: an object each, "severity" and "what" always, "why", "fix" and "source" where there are any.
boost::json::array to_json(std::span<const Finding> findings);

}  // namespace tlspolicy::cli
