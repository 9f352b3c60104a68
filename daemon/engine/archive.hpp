#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "base/error.hpp"
#include "cache/policy_cache.hpp"
#include "cache/policy_pool.hpp"
#include "engine/observer.hpp"
#include "engine/ports.hpp"
#include "engine/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tlspolicy::engine {

/// Where policies outlive the process. Either may be null; both outlive whoever uses them.
struct Stores {
    PolicyStore* own = nullptr;
    SharedStore* shared = nullptr;
};

/// What stands behind the cache: policies are looked for here before the network is asked, written down here
/// when learnt, and read back into memory from here after a start. Used on the network loop.
class Archive {
public:
    Archive(Stores stores, cache::PolicyCache& cache, cache::PolicyPool& pool, const Clock& clock,
            Observer& observer, std::uint64_t seed);
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    struct Recalled {
        cache::Cached policy;
        Time used;
        Source source;
    };
    struct Recollection {
        std::optional<Recalled> policy;
        std::string own_silent;     ///< why the own store cannot tell, and may hold one; empty: it can
        std::string shared_silent;  ///< the same of the shared one
    };
    /// An unexpired policy from the own store, else from the shared one.
    boost::asio::awaitable<Recollection> recall(Domain domain, const Settings& settings);

    /// The same from the own store alone, which writes nothing down. Fails (kind `system`) where it cannot
    /// tell.
    boost::asio::awaitable<Result<std::optional<Recalled>>> recall_own(Domain domain,
                                                                       const Settings& settings);

    /// Writes down what a discovery changed. `fetched`: the policy came from the network just now.
    void record(const Domain& domain, const cache::StsState& before, const cache::StsState& after,
                bool fetched, Time used);
    /// A policy has ended.
    void forget(std::string_view domain);
    /// The operator wants it gone, for the whole fleet. False: the shared store keeps what it has.
    bool forget_everywhere(std::string_view domain);
    /// The cache had no room for what record() wrote down.
    void note_left_out() noexcept { memory_has_all_ = false; }

    /// Reads the store into memory, those used last first, as far as there is room; and again, where it had
    /// misdated what it gave out. Ends early where the store fails; is_warm_up_due() says when to go on.
    boost::asio::awaitable<void> warm_up(const Settings& settings);
    bool is_warm_up_due(Time now) const noexcept;

    /// A walk through the whole cache begins; between here and the next begin, every entry is shown once.
    void begin_walk(Time now);
    void show(const cache::Entry& entry);

    /// Whether policies may leave memory: the own store keeps what it gets (PolicyStore::reliable()), and has
    /// got all of it.
    bool reliable() const noexcept;

private:
    enum class WarmUp : std::uint8_t { pausing, running, done };

    boost::asio::awaitable<Result<std::optional<Recalled>>> recall_shared(Domain domain,
                                                                          const Settings& settings);
    std::optional<cache::Cached> revive(const StoredPolicy& stored, Source source, const Settings& settings);
    void adopt(const StoredPolicy& stored, const Settings& settings);
    bool own_may_know_more() const noexcept;
    Time misdated_until() const noexcept;
    bool is_misdated(const cache::Cached& policy) const noexcept;

    Stores stores_;
    cache::PolicyCache& cache_;
    cache::PolicyPool& pool_;
    const Clock& clock_;
    Observer& observer_;
    std::mt19937_64 random_;

    WarmUp warm_up_ = WarmUp::pausing;
    std::string next_page_;
    Time reading_until_{Time::min()};    // misdated_until() as this reading began, of which ...
    Time corrected_until_{Time::min()};  // ... the last one is at its end
    Time next_attempt_{Time::min()};
    std::unordered_set<std::string> unwanted_;  // forgotten while the store is read
    bool memory_has_all_ = true;  // but for what warm_up() has not read yet, or the cache let go of

    std::uint64_t generation_ = 0;  // of the own store, as far as it has been filled
    bool saving_all_ = false;       // until this walk's end: the store has begun anew
    bool marking_ = false;          // in this walk: times of use are written down
    Time marked_from_;              // ... of what was used since then
    Time next_marking_;
    Time last_marking_;
};

}  // namespace tlspolicy::engine
