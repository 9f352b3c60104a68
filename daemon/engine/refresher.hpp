#pragma once

#include "base/clock.hpp"
#include "cache/entry.hpp"
#include "engine/settings.hpp"

#include <cstdint>

namespace tlspolicy::engine {

/// What an entry needs when nobody asks for it.
enum class Care : std::uint8_t {
    none,
    refresh,  ///< fetch its policy again (STS-32)
    forget,   ///< it holds nothing that anybody could still use
};

Care care_for(const cache::Entry& entry, const Settings& settings, Time now) noexcept;

}  // namespace tlspolicy::engine
