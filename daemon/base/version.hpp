#pragma once

#include <string_view>

namespace tlspolicy {

/// "0.1.0"; it stands in the build's project() alone.
std::string_view version() noexcept;

}  // namespace tlspolicy
