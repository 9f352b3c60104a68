#pragma once

#include "cli/palette.hpp"
#include "inquiry/explanation.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tlspolicy::cli {

/// What the running daemon has in its cache, beside what was found out just now.
struct DaemonView {
    std::string note = {};  ///< why there is nothing to show; empty: there is
    std::optional<boost::json::object> entry = {};
};

enum class Detail : std::uint8_t { usual, wire };  ///< `wire`: every DNS query too

/// For people: a tree in at most 80 columns.
std::string to_text(const inquiry::Explanation& explanation, const DaemonView& daemon, Detail detail,
                    const Palette& palette, std::size_t width);

/// For programs: the object that tlspolicy(1) describes.
boost::json::object to_json(const inquiry::Explanation& explanation, const DaemonView& daemon, Detail detail);

}  // namespace tlspolicy::cli
