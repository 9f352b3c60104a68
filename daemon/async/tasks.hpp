#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <list>

namespace tlspolicy::async {

/// Coroutines with an owner: they can be counted and cancelled, and none is destroyed half-way. Used on the
/// executor's loop alone; must outlive its tasks, so drain before destruction (cancel, run until empty).
class Tasks {
public:
    /// Hears of every exception that leaves a task: a bug or a lack of resources.
    using OnFailure = std::function<void(std::exception_ptr)>;

    Tasks(boost::asio::any_io_executor executor, OnFailure on_failure);
    Tasks(const Tasks&) = delete;
    Tasks& operator=(const Tasks&) = delete;

    void spawn(boost::asio::awaitable<void> task);
    /// Asks every task to end (terminal cancellation); those spawned later are not concerned.
    void cancel();
    std::size_t size() const noexcept { return signals_.size(); }

private:
    boost::asio::any_io_executor executor_;
    OnFailure on_failure_;
    std::list<boost::asio::cancellation_signal> signals_;  // one a task; a list, because slots point into it
};

}  // namespace tlspolicy::async
