#pragma once

#include "base/clock.hpp"
#include "dane/standing.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace tlspolicy::cache {

/// What was learnt of one mail host.
struct DaneHost {
    std::string name;
    dane::HostState state = dane::HostState::failed;
    Time good_until = {};  ///< until then it bridges a failure to look it up again

    friend bool operator==(const DaneHost&, const DaneHost&) = default;
};

/// How the hosts behind one lookup key stand with DANE.
struct DaneState {
    dane::Standing standing = dane::Standing::hosts_not_known;
    std::string why = {};   ///< what failed; empty: nothing did
    unsigned failures = 0;  ///< in a row, this one included
    Time until = {};        ///< believed until then
    Time refresh = {};      ///< from then on an answer has it looked up again, behind the answer
    dane::MxState mx = dane::MxState::failed;
    Time mx_good_until = {};
    std::vector<DaneHost> hosts = {};
    dane::Standing definite = dane::Standing::none;  ///< the last standing that was known, failures aside

    friend bool operator==(const DaneState&, const DaneState&) = default;
};

/// A snapshot: immutable but for its marks of use, replaced whole, shared between threads.
class DaneEntry : public boost::intrusive_ref_counter<DaneEntry> {
public:
    /// `key`: engine::DaneTarget::text(). `era`: of the resolvers that it was learnt from.
    DaneEntry(std::string key, DaneState state, Time used, std::uint32_t era = 0)
        : key_(std::move(key)),
          state_(std::move(state)),
          era_(era),
          last_used_(used.time_since_epoch().count()) {}

    const std::string& key() const noexcept { return key_; }
    const DaneState& state() const noexcept { return state_; }
    std::uint32_t era() const noexcept { return era_; }
    Time last_used() const noexcept { return Time(Duration(last_used_.load(std::memory_order_relaxed))); }
    void mark_used(Time now) const noexcept {
        if (now - last_used() >= std::chrono::seconds(10))  // spares the threads a shared write a lookup
            last_used_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
    /// True for the first caller only.
    bool claim_refresh() const noexcept {
        return !refresh_claimed_.exchange(true, std::memory_order_relaxed);
    }

private:
    std::string key_;
    DaneState state_;
    std::uint32_t era_;
    mutable std::atomic<Time::rep> last_used_;
    mutable std::atomic<bool> refresh_claimed_{false};
};

using DaneEntryPtr = boost::intrusive_ptr<const DaneEntry>;

}  // namespace tlspolicy::cache
