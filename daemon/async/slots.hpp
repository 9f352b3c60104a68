#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <list>
#include <utility>

namespace tlspolicy::async {

/// A bounded number of slots, taken by coroutines of one loop in the order in which they asked. It outlives
/// every slot and every coroutine that waits for one.
class Slots {
public:
    /// One slot for as long as it lives.
    class Slot {
    public:
        Slot() = default;
        Slot(Slot&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
        Slot& operator=(Slot&& other) noexcept {
            std::swap(owner_, other.owner_);
            return *this;
        }
        ~Slot() {
            if (owner_ != nullptr) owner_->give_back();
        }

        explicit operator bool() const noexcept { return owner_ != nullptr; }

    private:
        friend class Slots;
        explicit Slot(Slots& owner) noexcept : owner_(&owner) {}
        Slots* owner_ = nullptr;
    };

    Slots(boost::asio::any_io_executor executor, std::size_t capacity)
        : executor_(std::move(executor)), capacity_(capacity) {}
    Slots(const Slots&) = delete;
    Slots& operator=(const Slots&) = delete;

    using SteadyTime = boost::asio::steady_timer::time_point;

    /// Waits for its turn; an empty slot: none was free until then. A cancelled wait throws operation_aborted
    /// and keeps nothing.
    boost::asio::awaitable<Slot> take(SteadyTime until = SteadyTime::max()) {
        if (waiting_.empty() && in_use_ < capacity_) {
            ++in_use_;
            co_return Slot(*this);
        }
        Turn turn(*this, until);
        boost::system::error_code woken;  // operation_aborted is how the turn comes, too
        co_await turn.timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
        if (!turn.granted && !woken) co_return Slot();
        if (!turn.granted) throw boost::system::system_error(boost::asio::error::operation_aborted);
        turn.granted = false;
        co_return Slot(*this);
    }

    /// Slots in use beyond a lowered capacity stay in use.
    void set_capacity(std::size_t capacity) {
        capacity_ = capacity;
        grant();
    }

    std::size_t in_use() const noexcept { return in_use_; }
    std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    struct Turn {
        Turn(Slots& owner, SteadyTime until) : slots(owner), timer(owner.executor_, until) {
            slots.waiting_.push_back(this);
        }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn() {
            if (granted)  // the wait was cancelled between the grant and the resumption
                slots.give_back();
            else
                slots.waiting_.remove(this);
        }
        Slots& slots;
        boost::asio::steady_timer timer;
        bool granted = false;
    };

    void give_back() noexcept {
        --in_use_;
        grant();
    }
    void grant() noexcept {
        while (!waiting_.empty() && in_use_ < capacity_) {
            Turn& next = *waiting_.front();
            waiting_.pop_front();
            next.granted = true;
            ++in_use_;
            next.timer.expires_at(boost::asio::steady_timer::time_point::min());
        }
    }

    boost::asio::any_io_executor executor_;
    std::size_t capacity_;
    std::size_t in_use_ = 0;
    std::list<Turn*> waiting_;
};

}  // namespace tlspolicy::async
