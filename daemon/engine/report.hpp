#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "cache/entry.hpp"
#include "engine/learning.hpp"
#include "engine/observer.hpp"

namespace tlspolicy::engine {

/// Tells the observer what a discovery changed: `before` and `after` are what was known around it, `now` the
/// moment at which it was learnt.
void report(Observer& observer, const Domain& domain, const cache::StsState& before, const Outcome& outcome,
            const cache::StsState& after, Time now, Duration took);

}  // namespace tlspolicy::engine
