#pragma once

#include "dns/query_ids.hpp"
#include "dns/upstreams.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>

namespace tlspolicy::dns {

class Lookup;

/// Who may ask now, and who is to be woken when: the lookups of a client, at most so many of them under way
/// and the others in the order they came, and one timer for all. Network loop alone.
class LookupQueue : public std::enable_shared_from_this<LookupQueue> {
public:
    using Wakes = std::multimap<SteadyTime, std::shared_ptr<Lookup>>;

    explicit LookupQueue(const boost::asio::any_io_executor& executor);

    const boost::asio::any_io_executor& executor() const noexcept { return executor_; }
    QueryIds& query_ids() noexcept { return query_ids_; }

    /// Calls begin() of the lookup, now or when it is its turn, and wake() at `wake_at`.
    void enter(std::shared_ptr<Lookup> lookup, SteadyTime wake_at);
    void wake_at(Lookup& lookup, SteadyTime when);
    /// Every lookup that entered leaves, once.
    void leave(Lookup& lookup);

    /// Cancels all that are here.
    void shut();

private:
    void begin(const std::shared_ptr<Lookup>& lookup);
    void pump_soon();
    void pump();
    void arm(SteadyTime when);
    void on_timer();

    boost::asio::any_io_executor executor_;
    boost::asio::steady_timer timer_;
    SteadyTime armed_for_ = SteadyTime::max();
    Wakes wakes_;
    std::deque<std::weak_ptr<Lookup>> waiting_;
    std::size_t under_way_ = 0;
    std::size_t burst_ = 0;
    bool pump_posted_ = false;
    QueryIds query_ids_;
};

}  // namespace tlspolicy::dns
