#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "cache/entry.hpp"
#include "engine/settings.hpp"
#include "sts/record.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

/// How knowledge of a domain changes with what a discovery brought: pure functions, because every rule that
/// keeps a policy from being weakened stands here.
namespace tlspolicy::engine {

/// Why a discovery is made.
enum class Reason : std::uint8_t {
    lookup,   ///< somebody waits for it
    recheck,  ///< the record's time was up (STS-31)
    refresh,  ///< the policy is to be renewed (STS-32)
    demand,   ///< an operator wants to know now: pauses after failures do not count
};

/// What the TXT lookup brought.
struct RecordFound {
    sts::Record record;
    Duration ttl;
};
struct RecordAbsent {
    std::optional<Duration> ttl;  ///< the SOA minimum (RFC 2308), if any came
    std::string why;
};
using RecordOutcome = std::variant<RecordFound, RecordAbsent, Error>;

/// What one discovery brought.
struct Outcome {
    RecordOutcome record;
    /// nullopt: no fetch was called for.
    std::optional<Result<std::shared_ptr<const cache::KnownPolicy>>> policy = {};
};

/// Whether the policy is to be fetched, now that the record is known.
bool calls_for_fetch(const cache::StsState& before, const RecordOutcome& record, Reason reason, Time now);

/// What is known after a discovery. `spread` (0 to 1, random) places the next refresh.
///
/// A policy with `max_age: 0` comes out as Cached with `expires == fetched`: it serves those who wait for it
/// at that moment, and is not kept (STS-15).
cache::StsState learn(const cache::StsState& before, const Outcome& outcome, const Settings& settings,
                      Time now, double spread);

}  // namespace tlspolicy::engine
