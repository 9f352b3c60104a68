#pragma once

#include "async/tasks.hpp"
#include "cache/dane_cache.hpp"
#include "engine/dane_discovery.hpp"
#include "engine/dane_target.hpp"
#include "engine/observer.hpp"
#include "engine/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tlspolicy::engine {

/// Keeps what is known of DANE fresh: one discovery for each key at a time, its result in the cache. known()
/// is for any thread, all else for the network loop.
class DaneKeeper {
public:
    /// Hears how a target stands now that it was looked up; null: that was cancelled or broken off.
    using OnLanded = std::function<void(const DaneTarget&, const cache::DaneEntryPtr&)>;

    DaneKeeper(const boost::asio::any_io_executor& network, DaneDns& dns, const Clock& clock,
               Observer& observer, const Settings& settings, std::uint64_t hash_key, OnLanded on_landed);
    DaneKeeper(const DaneKeeper&) = delete;
    DaneKeeper& operator=(const DaneKeeper&) = delete;

    /// What may be answered from; null: look_up(). Has it looked up again when that is due.
    cache::DaneEntryPtr known(std::string_view key, Time now);

    /// What is remembered, out of date or not; null: nothing.
    cache::DaneEntryPtr remembered(std::string_view key) const { return cache_.find(key); }
    /// For whoever can wait no longer: what is remembered, as if the lookup under way had failed now.
    std::optional<cache::DaneState> bridged(std::string_view key, Time now) const;
    void forget(std::string_view key) { cache_.erase(key); }
    /// Other resolvers are asked from now on, which may validate where those before did not: nothing that was
    /// learnt is known() until it is looked up again. It still bridges a failure of that.
    void look_again_at_all() noexcept { era_.fetch_add(1, std::memory_order_relaxed); }

    /// Unless that is under way.
    void look_up(const DaneTarget& target);
    void configure(const Settings& settings);
    /// Once a second.
    void tick(Time now);
    void stop();
    bool idle() const noexcept { return flying_.empty() && tasks_.size() == 0 && discovery_.idle(); }
    std::size_t under_way() const noexcept { return flying_.size(); }
    std::size_t size(dane::Standing standing) const noexcept { return cache_.size(standing); }

private:
    class Landing;
    boost::asio::awaitable<void> fly(DaneTarget target);
    cache::DaneEntryPtr learn(const DaneTarget& target, const DaneFindings& findings, Duration took,
                              std::uint32_t era);
    void report(const DaneTarget& target, const cache::DaneEntryPtr& before, const cache::DaneState& now,
                Duration took) const;

    boost::asio::any_io_executor network_;
    const Clock& clock_;
    Observer& observer_;
    Settings settings_;
    OnLanded on_landed_;
    cache::DaneCache cache_;
    DaneDiscovery discovery_;
    std::unordered_set<std::string> flying_;
    std::atomic<std::uint32_t> era_{0};
    bool stopping_ = false;
    async::Tasks tasks_;
};

}  // namespace tlspolicy::engine
