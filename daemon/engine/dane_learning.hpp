#pragma once

#include "cache/dane_entry.hpp"
#include "engine/dane_discovery.hpp"
#include "engine/settings.hpp"

namespace tlspolicy::engine {

/// What is known of DANE after a discovery (CONFORMANCE, DANE-6). What could not be looked up is as it was
/// last seen, for as long as that is good: a failure of DNS neither stops mail nor weakens it at once. Pure.
cache::DaneState learn_dane(const cache::DaneState* before, const DaneFindings& findings,
                            const Settings& settings, Time now);

}  // namespace tlspolicy::engine
