#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "base/error.hpp"
#include "cache/dane_entry.hpp"
#include "cache/entry.hpp"
#include "postfix/answer.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

/// What the engine does, told to whoever logs, counts or reports it. The engine itself does none of these.
namespace tlspolicy::engine {

/// A first policy of this domain, or the first after the last one had ended.
struct PolicyLearned {
    const Domain& domain;
    const cache::Cached& now;
    Duration took;
};
/// A newer policy took the place of an unexpired one.
struct PolicyReplaced {
    const Domain& domain;
    const cache::Cached& before;
    const cache::Cached& now;
    Duration took;
};
/// The same policy was fetched again.
struct PolicyRefreshed {
    const Domain& domain;
    const cache::Cached& now;
    Duration took;
};
/// A policy ran out and there is none to take its place: the domain is unprotected from now on.
struct PolicyExpired {
    const Domain& domain;
    const cache::Cached& before;
};
/// A discovery failed, for the `failure.count`th time in a row.
struct DiscoveryFailed {
    const Domain& domain;
    const cache::Failure& failure;
    const cache::Failure* before;  ///< what had failed until now; null: nothing
    const cache::Cached* applied;  ///< the policy that goes on all the same; null: none
    Duration took;
};
/// The first discovery that went well after failures.
struct DiscoveryRecovered {
    const Domain& domain;
    const cache::Failure& before;
    Duration took;
};
/// The domain has no policy, for this reason.
struct NoPolicy {
    const Domain& domain;
    const std::string& why;
    Duration took;
};
/// The cache holds nothing but enforced policies and cannot keep this domain.
struct CacheFull {
    const Domain& domain;
    std::size_t entries;
};
/// More lookups wait than may; this one was answered TEMP.
struct Overloaded {
    const Domain& domain;
};
/// A discovery was left by an exception: a bug, or no memory. Its askers were answered as if nothing had been
/// learnt.
struct DiscoveryBroken {
    std::string_view what;
};

/// How the mail hosts of a lookup key do DANE: for the first time, or otherwise than before, and not worse.
struct DaneLearned {
    std::string_view key;
    dane::Standing before;
    unsigned failures;  ///< in a row, that this ends
    const cache::DaneState& now;
    Duration took;
};
/// Hosts that did DANE no longer do.
struct DaneWeakened {
    std::string_view key;
    dane::Standing before;
    const cache::DaneState& now;
    Duration took;
};
/// `now.why` could not be looked up. What `now` says may be older knowledge that goes on for a while.
struct DaneFailed {
    std::string_view key;
    const cache::DaneState& now;
    const std::string* before;  ///< what had failed until now; null: nothing
    Duration took;
};

/// How a discovery ended. Most change nothing, and are no Event.
enum class Discovered : std::uint8_t {
    policy,     ///< it was fetched
    unchanged,  ///< the record is there, and calls for no fetch
    no_policy,  ///< there is no record
    failed,     ///< the record or the policy could not be had
};
inline constexpr std::size_t discovered_kinds = 4;

/// How an answer came about.
enum class Source : std::uint8_t {
    cached,      ///< from memory, at once
    stored,      ///< from the own store
    shared,      ///< from the shared store
    discovered,  ///< the lookup waited for a discovery
    deadline,    ///< the lookup waited in vain
    override,    ///< the operator's word
};

/// A lookup found a policy in a store.
struct PolicyRecalled {
    const Domain& domain;
    const cache::Cached& now;
    Source source;
    Duration took;
};
/// A store held something that is no policy; it is as if it had held nothing.
struct RecallRejected {
    std::string_view domain;
    Source source;
    const Error& why;
};

/// References hold for the call only.
using Event = std::variant<PolicyLearned, PolicyReplaced, PolicyRefreshed, PolicyExpired, DiscoveryFailed,
                           DiscoveryRecovered, NoPolicy, CacheFull, Overloaded, DiscoveryBroken,
                           PolicyRecalled, RecallRejected, DaneLearned, DaneWeakened, DaneFailed>;

class Observer {
public:
    virtual ~Observer() = default;
    /// On the network loop.
    virtual void on_event(const Event& event) = 0;
    /// On the network loop, once a discovery.
    virtual void on_discovery(Discovered /*how*/) {}
    /// On any loop, once a lookup of a domain; on the cached path, so it must neither block nor allocate.
    virtual void on_answer(std::string_view domain, const postfix::Answer& answer,
                           Source source) noexcept = 0;
    /// Likewise, for maps in monitor mode: what would have been said instead of NOTFOUND.
    virtual void on_withheld(std::string_view domain, const postfix::Answer& answer,
                             Source source) noexcept = 0;
};

}  // namespace tlspolicy::engine
