#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "base/error.hpp"
#include "cache/known_policy.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <variant>

namespace tlspolicy::cache {

/// A run of failures, and when the next attempt may be made (STS-25).
struct Failure {
    Error error;          ///< the latest
    std::string id = {};  ///< of the record whose policy could not be had; empty: the record itself failed
    Time retry = {};      ///< not before
    unsigned count = 1;   ///< in a row, of this record

    friend bool operator==(const Failure&, const Failure&) = default;
};

/// Nothing has been learnt yet.
struct Unknown {};

/// The domain publishes no (valid) record.
struct NoRecord {
    Time until;  ///< believed until then
};

/// There is no policy to apply, because something failed.
struct Unavailable {
    Failure failure;
    Time until;  ///< a lookup at or after this time tries again
};

/// A policy that holds until it expires, whatever DNS and HTTPS say meanwhile (STS-30).
struct Cached {
    std::shared_ptr<const KnownPolicy> policy;  ///< never null
    Time expires = {};
    Time recheck = {};  ///< from then on a lookup has the record looked at again, behind its answer (STS-31)
    // The members above are all that a cached answer reads: one cache line with the entry's head.
    Time fetched = {};
    Time checked = {};  ///< when the record was last seen to carry this id
    Time refresh = {};  ///< then it is fetched again even if nobody asks (STS-32); a failure puts it off
    std::string id = {};
    std::shared_ptr<const Failure> failure = {};  ///< of the latest recheck or refresh; null: it went well
};

using StsState = std::variant<Unknown, NoRecord, Unavailable, Cached>;

class Entry;
using EntryPtr = boost::intrusive_ptr<const Entry>;

/// A snapshot of what is known of one domain: immutable but for its marks of use, replaced whole, shared
/// between threads. There may be a million of them, and each lookup reads another one: so the count of owners
/// and the domain's text are part of the one piece of memory.
class Entry : public boost::intrusive_ref_counter<Entry> {
public:
    static EntryPtr create(const Domain& domain, StsState sts, Time used);
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    std::string_view domain() const noexcept {
        return {reinterpret_cast<const char*>(this + 1), domain_size_};
    }
    const StsState& sts() const noexcept { return sts_; }

    Time last_used() const noexcept { return Time(Duration(last_used_.load(std::memory_order_relaxed))); }
    void mark_used(Time now) const noexcept {
        // A minute is exact enough for "unused for days", and spares the threads a shared write a lookup.
        if (now - last_used() >= std::chrono::minutes(1))
            last_used_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }

    /// True for the first caller only: one recheck is asked for, however many lookups find it due.
    bool claim_recheck() const noexcept {
        return !recheck_claimed_.exchange(true, std::memory_order_relaxed);
    }
    bool recheck_claimed() const noexcept { return recheck_claimed_.load(std::memory_order_relaxed); }
    /// The recheck came to nothing, not even to an entry in this one's place.
    void give_back_recheck() const noexcept { recheck_claimed_.store(false, std::memory_order_relaxed); }

    static void operator delete(void* entry) { ::operator delete(entry); }  // not the sized one

private:
    Entry(std::string_view domain, StsState sts, Time used) noexcept;

    mutable std::atomic<bool> recheck_claimed_{false};
    std::uint8_t domain_size_;
    mutable std::atomic<Time::rep> last_used_;
    StsState sts_;
    // The domain's text follows.
};

}  // namespace tlspolicy::cache
