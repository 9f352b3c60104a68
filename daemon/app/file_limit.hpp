#pragma once

#include <cstddef>

namespace tlspolicy::app {

/// Raises the process's limit of open files to `wanted` as far as the system allows; the limit there is then.
std::size_t raise_file_limit(std::size_t wanted) noexcept;

}  // namespace tlspolicy::app
