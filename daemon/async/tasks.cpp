#include "async/tasks.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace tlspolicy::async {

Tasks::Tasks(boost::asio::any_io_executor executor, OnFailure on_failure)
    : executor_(std::move(executor)), on_failure_(std::move(on_failure)) {}

void Tasks::spawn(boost::asio::awaitable<void> task) {
    const auto signal = signals_.emplace(signals_.end());
    auto finished = [this, signal](const std::exception_ptr& failure) {
        signals_.erase(signal);
        if (failure) on_failure_(failure);
    };
    boost::asio::co_spawn(executor_, std::move(task),
                          boost::asio::bind_cancellation_slot(signal->slot(), std::move(finished)));
}

void Tasks::cancel() {
    // A task may end within emit() and take its signal along: go by position, and step on first.
    for (auto signal = signals_.begin(); signal != signals_.end();) {
        auto& current = *signal++;
        current.emit(boost::asio::cancellation_type::terminal);
    }
}

}  // namespace tlspolicy::async
