#pragma once

#include <string_view>

namespace tlspolicy::telemetry {

/// Whether two messages tell of one failure. The milliseconds of a time-out may differ, and the addresses of
/// a host, which resolvers turn round: neither makes it news.
bool is_same_failure(std::string_view before, std::string_view now);

}  // namespace tlspolicy::telemetry
