#include "engine/delivery.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <iterator>
#include <utility>

namespace tlspolicy::engine {

void Delivery::take(Waiters& waiters, Waiters::iterator waiter) {
    if (answered_.empty()) boost::asio::post(network_, [this] { deliver(); });
    answered_.splice(answered_.end(), waiters, waiter);
}

void Delivery::deliver() {
    Waiters all = std::move(answered_);
    answered_.clear();
    while (!all.empty()) {
        const auto executor = boost::asio::get_associated_executor(all.front().done, network_);
        Waiters together;
        for (auto waiter = all.begin(); waiter != all.end();) {
            const auto next = std::next(waiter);
            if (boost::asio::get_associated_executor(waiter->done, network_) == executor)
                together.splice(together.end(), all, waiter);
            waiter = next;
        }
        boost::asio::dispatch(executor, [together = std::move(together)]() mutable {
            for (auto& waiter : together)
                std::move(waiter.done)(std::move(waiter.answer));
        });
    }
}

}  // namespace tlspolicy::engine
