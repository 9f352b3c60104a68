#include "app/resolver_watch.hpp"

#include "async/within.hpp"
#include "base/printable.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <utility>

namespace tlspolicy::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds longest_pause{30};
constexpr std::chrono::seconds recent_enough{1};
constexpr std::chrono::seconds longest_wait{1};

asio::awaitable<bool> look_ends(std::shared_ptr<async::Event> asked) {
    co_await asked->wait();
    co_return true;
}

}  // namespace

ResolverWatch::ResolverWatch(const asio::any_io_executor& network, dns::CaresClient& dns)
    : dns_(dns), timer_(network), tasks_(network, [this](const std::exception_ptr& failure) {
          if (!stopping_) std::rethrow_exception(failure);
      }) {}

void ResolverWatch::start() {
    tasks_.spawn(watch());
}

void ResolverWatch::look_anew() {
    if (stopping_) return;
    state_ = State::not_tested;
    seen_ = {};
    tasks_.spawn(look_once());
}

void ResolverWatch::stop() {
    stopping_ = true;
    timer_.cancel();
    tasks_.cancel();
}

asio::awaitable<void> ResolverWatch::watch() {
    unsigned failures = 0;
    while (!stopping_) {
        const State found = co_await look();
        failures = found == State::not_answering ? failures + 1 : 0;
        boost::system::error_code cancelled;
        timer_.expires_after(pause_after(failures));
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

std::chrono::seconds ResolverWatch::pause_after(unsigned failures) noexcept {
    if (failures == 0 || failures > 5) return longest_pause;
    return std::chrono::seconds(1U << (failures - 1));
}

asio::awaitable<void> ResolverWatch::look_once() {
    co_await look();
}

asio::awaitable<ResolverWatch::State> ResolverWatch::recent() {
    auto asked = asked_.lock();
    const bool fresh = std::chrono::steady_clock::now() - seen_ < recent_enough;
    if (!asked && (fresh || stopping_)) co_return state_;
    if (!asked) {
        asked = std::make_shared<async::Event>(timer_.get_executor());
        asked_ = asked;
        tasks_.spawn(look_for(asked));
    }
    if (state_ == State::not_answering) co_return state_;
    auto waiting = look_ends(std::move(asked));
    co_await async::within(longest_wait, std::move(waiting));
    co_return state_;
}

asio::awaitable<void> ResolverWatch::look_for(std::shared_ptr<async::Event> those_who_wait) {
    /// However the look is left; even when the watch itself is gone by then.
    struct Waking {
        std::shared_ptr<async::Event> asked;
        ~Waking() { asked->set(); }
    };
    const Waking waking{std::move(those_who_wait)};
    co_await look();
}

asio::awaitable<ResolverWatch::State> ResolverWatch::look() {
    const auto validates = co_await dns_.validates();
    if (!validates) {
        reason_ = validates.error().message();
        note(State::not_answering);
    } else {
        note(*validates ? State::validating : State::not_validating);
    }
    seen_ = std::chrono::steady_clock::now();
    co_return state_;
}

void ResolverWatch::note(State state) {
    if (std::exchange(state_, state) == state) return;
    switch (state) {
        case State::not_tested:
            return;
        case State::not_answering:
            spdlog::warn("resolver-not-answering reason=\"{}\"", in_quotes(reason_));
            return;
        case State::not_validating:
            spdlog::warn(
                "resolver-not-validating reason=\"the resolver does not validate DNSSEC, or is at no "
                "loopback address and not trusted (dns.trust_ad): no domain is taken to do DANE, "
                "MTA-STS alone applies\"");
            return;
        case State::validating:
            spdlog::info("resolver-validating");
            return;
    }
}

std::string_view words_of(ResolverWatch::State state) noexcept {
    switch (state) {
        case ResolverWatch::State::not_tested:
            return "not tested yet";
        case ResolverWatch::State::not_answering:
            return "not answering";
        case ResolverWatch::State::not_validating:
            return "not validating";
        case ResolverWatch::State::validating:
            return "validating";
    }
    return "";
}

}  // namespace tlspolicy::app
