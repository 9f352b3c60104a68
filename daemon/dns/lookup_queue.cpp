#include "dns/lookup_queue.hpp"

#include "dns/lookup.hpp"

#include <boost/asio/post.hpp>

namespace tlspolicy::dns {
namespace {

constexpr std::size_t max_under_way = 1000;
// Then the loop turns before more are sent: a thousand answers at once overflow a socket's buffer, ours or
// the server's, and each lost one costs a whole try.
constexpr std::size_t max_burst = 64;

}  // namespace

LookupQueue::LookupQueue(const boost::asio::any_io_executor& executor)
    : executor_(executor), timer_(executor) {}

void LookupQueue::enter(std::shared_ptr<Lookup> lookup, SteadyTime wake_at) {
    lookup->place_ = wakes_.emplace(wake_at, lookup);
    arm(wake_at);
    if (waiting_.empty() && under_way_ < max_under_way && burst_ < max_burst) return begin(lookup);
    waiting_.push_back(lookup);
    if (under_way_ < max_under_way) pump_soon();
}

void LookupQueue::begin(const std::shared_ptr<Lookup>& lookup) {
    ++under_way_;
    ++burst_;
    lookup->under_way_ = true;
    lookup->begin();
}

void LookupQueue::wake_at(Lookup& lookup, SteadyTime when) {
    auto node = wakes_.extract(lookup.place_);
    node.key() = when;
    lookup.place_ = wakes_.insert(std::move(node));
    arm(when);
}

void LookupQueue::leave(Lookup& lookup) {
    const auto kept = lookup.place_->second;  // this may be the last owner
    wakes_.erase(lookup.place_);
    if (!lookup.under_way_) return;
    --under_way_;
    if (!waiting_.empty()) pump_soon();
}

void LookupQueue::pump_soon() {
    if (pump_posted_) return;
    pump_posted_ = true;
    boost::asio::post(executor_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->pump();
    });
}

void LookupQueue::pump() {
    pump_posted_ = false;
    burst_ = 0;
    while (!waiting_.empty() && under_way_ < max_under_way && burst_ < max_burst) {
        const auto next = waiting_.front().lock();
        waiting_.pop_front();
        if (next && next->waits()) begin(next);
    }
    if (!waiting_.empty() && under_way_ < max_under_way) pump_soon();
}

/// The timer is touched only to make it fire earlier: most lookups are over long before they would be woken.
void LookupQueue::arm(SteadyTime when) {
    if (when >= armed_for_) return;
    armed_for_ = when;
    timer_.expires_at(when);
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code moved) {
        const auto self = weak.lock();
        if (self && !moved) self->on_timer();
    });
}

void LookupQueue::on_timer() {
    armed_for_ = SteadyTime::max();
    const SteadyTime now = std::chrono::steady_clock::now();
    while (!wakes_.empty() && wakes_.begin()->first <= now) {
        const auto lookup = wakes_.begin()->second;
        lookup->wake(now);  // leaves, or says when to be woken next
    }
    if (!wakes_.empty()) arm(wakes_.begin()->first);
}

void LookupQueue::shut() {
    waiting_.clear();
    while (!wakes_.empty()) {
        const auto lookup = wakes_.begin()->second;
        lookup->cancel();
    }
    timer_.cancel();
}

}  // namespace tlspolicy::dns
