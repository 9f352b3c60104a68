#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tlspolicy::async {

/// One-shot: once set, every present and future wait returns at once. Used on one loop.
class Event {
public:
    explicit Event(const boost::asio::any_io_executor& executor)
        : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

    void set() { timer_.expires_at(boost::asio::steady_timer::time_point::min()); }

    boost::asio::awaitable<void> wait() {
        boost::system::error_code woken;  // operation_aborted is how set() reaches those already waiting
        co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    }

private:
    boost::asio::steady_timer timer_;
};

}  // namespace tlspolicy::async
