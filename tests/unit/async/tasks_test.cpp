#include "async/tasks.hpp"

#include "async/event.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;

namespace tlspolicy::async {
namespace {

/// A loop with tasks on it; what leaves a task as an exception is kept.
struct Fixture {
    asio::io_context loop;
    std::vector<std::exception_ptr> failures;
    Tasks tasks{loop.get_executor(), [this](std::exception_ptr failure) { failures.push_back(failure); }};

    void poll() {
        loop.restart();
        loop.poll();
    }
};

asio::awaitable<void> note(int& done) {
    ++done;
    co_return;
}
asio::awaitable<void> wait_for(Event& event, std::shared_ptr<int> alive) {
    co_await event.wait();
    ++*alive;
}
asio::awaitable<void> fail() {
    throw std::runtime_error("broken");
    co_return;
}

}  // namespace

TEST_CASE("a task is counted until it ends") {
    Fixture fixture;
    Event event(fixture.loop.get_executor());
    const auto alive = std::make_shared<int>(0);
    fixture.tasks.spawn(wait_for(event, alive));
    fixture.tasks.spawn(wait_for(event, alive));
    fixture.poll();
    CHECK(fixture.tasks.size() == 2);
    event.set();
    fixture.poll();
    CHECK(fixture.tasks.size() == 0);
    CHECK(*alive == 2);
    CHECK(alive.use_count() == 1);
    CHECK(fixture.failures.empty());
}

TEST_CASE("a task may end before spawn() returns") {
    Fixture fixture;
    int done = 0;
    asio::post(fixture.loop, [&] {
        for (int i = 0; i < 3; ++i)
            fixture.tasks.spawn(note(done));  // on the loop already, so it runs at once
    });
    fixture.poll();
    CHECK(done == 3);
    CHECK(fixture.tasks.size() == 0);
}

TEST_CASE("the owner hears of an exception that leaves a task") {
    Fixture fixture;
    fixture.tasks.spawn(fail());
    fixture.poll();
    CHECK(fixture.tasks.size() == 0);
    REQUIRE(fixture.failures.size() == 1);
    CHECK_THROWS_WITH_AS(std::rethrow_exception(fixture.failures.front()), "broken", std::runtime_error);
}

TEST_CASE("cancelled tasks end, and are gone when the loop has run") {
    Fixture fixture;
    Event event(fixture.loop.get_executor());
    const auto alive = std::make_shared<int>(0);
    for (int i = 0; i < 5; ++i)
        fixture.tasks.spawn(wait_for(event, alive));
    fixture.poll();
    fixture.tasks.cancel();
    fixture.poll();
    CHECK(fixture.tasks.size() == 0);
    CHECK(alive.use_count() == 1);
}

TEST_CASE("a task spawned after a cancel is not concerned by it") {
    Fixture fixture;
    Event event(fixture.loop.get_executor());
    const auto alive = std::make_shared<int>(0);
    fixture.tasks.cancel();
    fixture.tasks.spawn(wait_for(event, alive));
    fixture.poll();
    CHECK(fixture.tasks.size() == 1);
    event.set();
    fixture.poll();
    CHECK(*alive == 1);
    CHECK(fixture.tasks.size() == 0);
}

}  // namespace tlspolicy::async
