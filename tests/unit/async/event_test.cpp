#include "async/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

namespace asio = boost::asio;

namespace tlspolicy::async {
namespace {

asio::awaitable<void> count_when_set(Event& event, int& woken) {
    co_await event.wait();
    ++woken;
}

}  // namespace

TEST_CASE("everybody who waits for an event wakes up when it is set, and nobody before") {
    asio::io_context loop;
    Event event(loop.get_executor());
    int woken = 0;
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(loop, count_when_set(event, woken), asio::detached);
    loop.poll();
    CHECK(woken == 0);
    event.set();
    loop.poll();
    CHECK(woken == 3);
}

TEST_CASE("who waits for an event that is set already goes on at once") {
    asio::io_context loop;
    Event event(loop.get_executor());
    event.set();
    event.set();
    int woken = 0;
    asio::co_spawn(loop, count_when_set(event, woken), asio::detached);
    loop.run();
    CHECK(woken == 1);
}

}  // namespace tlspolicy::async
