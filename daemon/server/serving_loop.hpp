#pragma once

#include "base/clock.hpp"
#include "base/log_limiter.hpp"
#include "engine/policy_engine.hpp"
#include "server/settings.hpp"
#include "server/socket.hpp"
#include "server/traffic.hpp"
#include "server/wait_memory.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tlspolicy::server {

class Session;

/// What all serving loops share. Outlives them.
struct Shared {
    engine::PolicyEngine& engine;
    const Clock& clock;
    const WallClock& wall_clock;
    LogLimiter malformed;
    std::atomic<std::size_t> connections{0};
    Traffic traffic = {};
};

/// How often a serving loop shows that it turns.
inline constexpr Duration heartbeat = std::chrono::seconds(1);

/// One thread's worth of sessions: they never leave it, so nothing here is locked. But for run(), the members
/// are for that thread, and post() brings work to it.
class ServingLoop {
public:
    using Settings = std::shared_ptr<const server::Settings>;

    ServingLoop(Shared& shared, Settings settings);
    ~ServingLoop();
    ServingLoop(const ServingLoop&) = delete;
    ServingLoop& operator=(const ServingLoop&) = delete;

    /// Serves until drained. On the loop's own thread.
    void run() { context_.run(); }
    boost::asio::io_context& context() noexcept { return context_; }

    // From any thread:
    /// Takes over a socket that was made on context() and counted in Shared::connections. `table_map`:
    /// Session.
    void serve(Socket socket, std::string table_map = {});
    void configure(Settings settings);
    /// Disconnects idle clients now and the others after their answer; run() returns when all are gone.
    void drain();
    /// Disconnects everybody.
    void abort();
    /// When it last showed that it turns; the future, once it has ended as it should.
    Time last_heartbeat() const noexcept { return last_heartbeat_.load(std::memory_order_relaxed); }

    // For the sessions:
    Shared& shared() noexcept { return shared_; }
    const server::Settings& settings() const noexcept { return *settings_; }
    /// Where replies are put together between two awaits; a session leaves it empty.
    std::string& replies() noexcept { return replies_; }
    bool draining() const noexcept { return draining_; }
    /// Whether this turn is one of those that are timed: reading the clock in each would cost too much.
    bool is_sample() noexcept { return ++turns_taken_ % turns_per_sample == 0; }
    /// The engine's ask(), together with the other questions of this turn of the loop.
    template <class CompletionToken>
    auto ask(const engine::DaneTarget& target, const postfix::MapOptions& options, CompletionToken&& token) {
        return boost::asio::async_initiate<CompletionToken, void(postfix::Answer)>(
            [this](auto handler, const engine::DaneTarget& asked, const postfix::MapOptions& how) {
                enqueue(Question{asked, how, engine::PolicyEngine::Handler(std::move(handler))});
            },
            token, target, options);
    }
    void enter(Session& session);
    void leave(Session& session);
    /// Has it take_turn() when those who came before it, and the sockets that are ready, have had theirs.
    void await_turn(Session& session);

private:
    struct Sessions;
    struct Turns;
    using Question = engine::PolicyEngine::Question;
    static constexpr unsigned turns_per_sample = 32;

    void enqueue(Question question);
    void take_turns();
    void sweep_later();
    void beat();
    void stop_if_empty();

    Shared& shared_;
    Settings settings_;
    WaitMemory heartbeat_memory_;  // its operation may live as long as the context
    boost::asio::io_context context_{
        BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};  // sockets are used on one thread
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::steady_timer sweep_timer_;
    boost::asio::steady_timer heartbeat_timer_;
    std::atomic<Time> last_heartbeat_;
    std::unique_ptr<Sessions> sessions_;
    std::unique_ptr<Turns> turns_;
    std::string replies_;
    std::vector<Question> questions_;
    unsigned turns_taken_ = 0;
    bool draining_ = false;
};

}  // namespace tlspolicy::server
