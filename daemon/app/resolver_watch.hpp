#pragma once

#include "async/event.hpp"
#include "async/tasks.hpp"
#include "base/error.hpp"
#include "dns/cares_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::app {

/// Keeps an eye on the resolver: DANE needs one that validates, and whose word for it is believed. Without
/// one, every domain looks as if it did no DANE.
class ResolverWatch {
public:
    enum class State { not_tested, not_answering, not_validating, validating };

    /// `dns` outlives it.
    ResolverWatch(const boost::asio::any_io_executor& network, dns::CaresClient& dns);

    /// Looks now, and every half a minute; more often at first while there is no answer.
    void start();
    /// Looks once more, and says what it finds even if it is the same as before.
    void look_anew();
    void stop();
    bool idle() const noexcept { return tasks_.size() == 0; }

    /// What is known of it; if that is older than a second, after a look, which is waited for up to a second,
    /// and not at all while the resolver does not answer. On behalf of strangers it is asked no more than
    /// once at a time, and who waits for it takes places from others.
    boost::asio::awaitable<State> recent();
    State state() const noexcept { return state_; }
    /// Why it is not answering.
    const std::string& reason() const noexcept { return reason_; }

    /// How long to wait after so many looks without an answer: at boot, the resolver may start a moment after
    /// the daemon.
    static std::chrono::seconds pause_after(unsigned failures) noexcept;

private:
    using Instant = std::chrono::steady_clock::time_point;

    boost::asio::awaitable<void> watch();
    boost::asio::awaitable<State> look();
    boost::asio::awaitable<void> look_once();
    boost::asio::awaitable<void> look_for(std::shared_ptr<async::Event> those_who_wait);
    void note(State state);

    dns::CaresClient& dns_;
    boost::asio::steady_timer timer_;
    State state_ = State::not_tested;
    std::string reason_;
    Instant seen_ = {};
    std::weak_ptr<async::Event>
        asked_;  ///< set when the answer is there; it belongs to look_for() and who waits
    bool stopping_ = false;
    async::Tasks tasks_;
};

/// "not answering"
std::string_view words_of(ResolverWatch::State state) noexcept;

}  // namespace tlspolicy::app
