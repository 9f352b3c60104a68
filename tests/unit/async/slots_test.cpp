#include "async/slots.hpp"

#include "async/event.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
using tlspolicy::async::Event;
using tlspolicy::async::Slots;

namespace {

/// A coroutine that takes a slot and keeps it until it is released.
struct Holder {
    Holder(asio::io_context& loop, Slots& of) : slots(of), release(loop.get_executor()) {
        asio::co_spawn(loop, hold(),
                       asio::bind_cancellation_slot(cancel.slot(),
                                                    [this](std::exception_ptr thrown) { failure = thrown; }));
    }
    asio::awaitable<void> hold() {
        const auto slot = co_await slots.take();
        holds = true;
        co_await release.wait();
        holds = false;
        if (throws) throw std::runtime_error("work failed");
    }
    Slots& slots;
    Event release;
    asio::cancellation_signal cancel;
    bool holds = false;
    bool throws = false;
    std::exception_ptr failure;
};

struct Fixture {
    Holder& start() { return *holders.emplace_back(std::make_unique<Holder>(loop, slots)); }
    void settle() {
        loop.restart();
        loop.poll();
    }
    asio::io_context loop;
    Slots slots{loop.get_executor(), 2};
    std::vector<std::unique_ptr<Holder>> holders;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "slots beyond the capacity are given in the order of asking") {
    auto& first = start();
    auto& second = start();
    auto& third = start();
    auto& fourth = start();
    settle();
    CHECK(first.holds);
    CHECK(second.holds);
    CHECK_FALSE(third.holds);
    CHECK(slots.waiting() == 2);
    second.release.set();
    settle();
    CHECK(third.holds);
    CHECK_FALSE(fourth.holds);
    first.release.set();
    third.release.set();
    fourth.release.set();
    settle();
    CHECK(slots.in_use() == 0);
    CHECK(slots.waiting() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a holder that throws gives its slot back") {
    auto& first = start();
    start();
    auto& third = start();
    settle();
    first.throws = true;
    first.release.set();
    settle();
    CHECK(first.failure);
    CHECK(third.holds);
    for (auto& holder : holders)
        holder->release.set();
    settle();
    CHECK(slots.in_use() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a waiter that is cancelled leaves the queue") {
    auto& first = start();
    start();
    auto& third = start();
    auto& fourth = start();
    settle();
    third.cancel.emit(asio::cancellation_type::terminal);
    settle();
    CHECK(third.failure);
    CHECK(slots.waiting() == 1);
    first.release.set();
    settle();
    CHECK(fourth.holds);
    for (auto& holder : holders)
        holder->release.set();
    settle();
    CHECK(slots.in_use() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a slot granted to a waiter that is cancelled in the same moment is not lost") {
    auto& first = start();
    start();
    auto& third = start();
    auto& fourth = start();
    settle();
    first.release.set();
    // Runs after the first has given its slot to the third, and before the third can resume.
    asio::post(loop, [&] {
        CHECK(slots.waiting() == 1);
        CHECK_FALSE(third.holds);
        third.cancel.emit(asio::cancellation_type::terminal);
    });
    settle();
    CHECK(third.failure);
    CHECK(fourth.holds);
    for (auto& holder : holders)
        holder->release.set();
    settle();
    CHECK(slots.in_use() == 0);
}

TEST_CASE_FIXTURE(Fixture, "the capacity may change while slots are in use") {
    for (int i = 0; i < 5; ++i)
        start();
    settle();
    slots.set_capacity(4);
    settle();
    CHECK(slots.in_use() == 4);
    slots.set_capacity(1);
    holders[0]->release.set();
    holders[1]->release.set();
    holders[2]->release.set();
    settle();
    CHECK(slots.in_use() == 1);
    CHECK_FALSE(holders[4]->holds);
    holders[3]->release.set();
    settle();
    CHECK(holders[4]->holds);
    holders[4]->release.set();
    settle();
    CHECK(slots.in_use() == 0);
}

TEST_CASE("who finds no slot free in time gets none, and keeps none") {
    asio::io_context loop;
    Slots slots(loop.get_executor(), 1);
    bool got_one = true;
    Holder holder(loop, slots);
    const auto wait_in_vain = [&]() -> asio::awaitable<void> {
        const auto past = Slots::SteadyTime::min();
        const auto slot = co_await slots.take(past);
        got_one = static_cast<bool>(slot);
        holder.release.set();
    };
    asio::co_spawn(loop, wait_in_vain, [](std::exception_ptr thrown) { CHECK_FALSE(thrown); });
    loop.run();
    CHECK_FALSE(got_one);
    CHECK(slots.in_use() == 0);
    CHECK(slots.waiting() == 0);
}
