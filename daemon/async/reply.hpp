#pragma once

#include "base/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace tlspolicy::async {

/// One value from somebody who cannot be cancelled and may be late. Both sides share it, so that it outlives
/// whoever comes last. Used on one loop.
template <class T>
class Reply {
public:
    explicit Reply(const boost::asio::any_io_executor& executor) : arrived_(executor) {}

    void set(T value) {
        value_.emplace(std::move(value));
        arrived_.expires_at(boost::asio::steady_timer::time_point::min());
    }

    /// nullopt: it did not come within the limit.
    boost::asio::awaitable<std::optional<T>> wait(Duration limit) {
        if (!value_) {
            arrived_.expires_after(limit);
            boost::system::error_code woken;  // operation_aborted is how set() reaches who waits already
            co_await arrived_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        }
        co_return std::move(value_);
    }

private:
    boost::asio::steady_timer arrived_;
    std::optional<T> value_;
};

}  // namespace tlspolicy::async
