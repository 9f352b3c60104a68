#pragma once

#include "base/clock.hpp"
#include "cache/entry.hpp"
#include "engine/dane_target.hpp"
#include "postfix/answer.hpp"
#include "postfix/map_options.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>

#include <list>

namespace tlspolicy::engine {

using AnswerHandler = boost::asio::any_completion_handler<void(postfix::Answer)>;

/// A lookup that waits, and who is to hear.
struct Waiter {
    DaneTarget target;
    postfix::MapOptions options;
    Time deadline;
    AnswerHandler done;
    cache::StsState sts = {};  ///< for who still waits for DANE: MTA-STS, as it was at ...
    Time settled = {};         ///< ... this time, which it is judged at: a max_age may be 0 (STS-15)
    postfix::Answer answer = {};
};
/// A list, because a handler of Boost 1.81 can be moved but not move-assigned: that recurses without end.
using Waiters = std::list<Waiter>;

/// Brings answers to who waited for them: at the end of this turn of the network loop, and to those who wait
/// on one loop with one message to it, because waking another thread costs more than the answer that it
/// brings. Used on the network loop; outlives what it delivers.
class Delivery {
public:
    explicit Delivery(boost::asio::any_io_executor network) : network_(std::move(network)) {}
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    /// `waiter`, one of `waiters`, has its answer.
    void take(Waiters& waiters, Waiters::iterator waiter);
    bool idle() const noexcept { return answered_.empty(); }

private:
    void deliver();

    boost::asio::any_io_executor network_;
    Waiters answered_;
};

}  // namespace tlspolicy::engine
