#pragma once

#include "base/clock.hpp"
#include "cache/dane_entry.hpp"
#include "cache/entry.hpp"
#include "postfix/answer.hpp"
#include "postfix/map_options.hpp"

namespace tlspolicy::engine {

/// What is known of a domain → what Postfix is told. RFC 8461, 3 and 5; availability wins wherever nothing
/// would be weakened by it, so TEMP is said only on a map that asks for it.
postfix::Answer decide(const cache::StsState& state, const postfix::MapOptions& options, Time now);

/// The same where DANE goes first (RFC 8461, 2; CONFORMANCE, 5): for maps that ask for it. `dane` null: it
/// could not be looked up in time.
postfix::Answer decide(const cache::StsState& state, const cache::DaneState* dane,
                       const postfix::MapOptions& options, Time now);

}  // namespace tlspolicy::engine
