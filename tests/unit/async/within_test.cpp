#include "async/within.hpp"

#include "async/event.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace asio = boost::asio;

namespace tlspolicy::async {
namespace {

constexpr Duration long_enough = std::chrono::hours(1);

asio::awaitable<std::string> at_once() {
    co_return "done";
}
asio::awaitable<std::string> broken() {
    throw std::runtime_error("broken");
    co_return "";
}
asio::awaitable<std::string> never(std::shared_ptr<int> alive) {
    const auto executor = co_await asio::this_coro::executor;
    Event event(executor);
    co_await event.wait();
    co_return std::to_string(*alive);
}

struct Ended {
    std::optional<std::string> value;
    std::exception_ptr failure;
};

Ended run(asio::awaitable<std::optional<std::string>> work) {
    asio::io_context loop;
    Ended ended;
    asio::co_spawn(loop, std::move(work),
                   [&ended](const std::exception_ptr& failure, std::optional<std::string> value) {
                       ended.failure = failure;
                       ended.value = std::move(value);
                   });
    loop.run();
    return ended;
}

}  // namespace

TEST_CASE("work that ends within its limit gives its value") {
    const Ended ended = run(within(long_enough, at_once()));
    CHECK(ended.value == "done");
    CHECK_FALSE(ended.failure);
}

TEST_CASE("work that takes too long is cancelled, and leaves nothing behind") {
    const auto alive = std::make_shared<int>(0);
    const Ended ended = run(within(Duration(1), never(alive)));
    CHECK_FALSE(ended.value.has_value());
    CHECK_FALSE(ended.failure);
    CHECK(alive.use_count() == 1);
}

TEST_CASE("an exception of the work passes through at once") {
    const Ended ended = run(within(long_enough, broken()));
    REQUIRE(ended.failure);
    CHECK_THROWS_WITH_AS(std::rethrow_exception(ended.failure), "broken", std::runtime_error);
}

}  // namespace tlspolicy::async
