#pragma once

#include "cli/finding.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// What a monitoring system draws curves of.
struct Measured {
    std::optional<std::int64_t> certificate_days;
    std::optional<std::int64_t> max_age;  ///< seconds
};

/// The one line of a monitoring plug-in: "TLSPOLICY OK - example.com: ... | certificate_days=61;14;0".
std::string nagios_line(std::string_view domain, std::span<const Finding> findings, const Measured& measured);

}  // namespace tlspolicy::cli
