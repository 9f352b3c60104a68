#pragma once

#include "cli/verb.hpp"
#include "inquiry/explanation.hpp"

namespace tlspolicy::cli {

/// What the answers come to, that of the worst map. `fine`: all are definite; `warning`: what the domain
/// publishes cannot be used; `problem`: mail would be deferred; `unknown`: a lookup failed that an answer
/// depends on.
Exit exit_of(const inquiry::Explanation& explanation) noexcept;

}  // namespace tlspolicy::cli
