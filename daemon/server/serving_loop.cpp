#include "server/serving_loop.hpp"

#include "server/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>

#include <exception>
#include <iterator>
#include <utility>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;

constexpr unsigned sweeps_per_idle_timeout = 4;

Awaitable<void> converse(ServingLoop& loop, Socket socket, std::string table_map) {
    Session session(loop, std::move(socket), std::move(table_map));
    co_await session.run();
}

}  // namespace

struct ServingLoop::Sessions : boost::intrusive::list<Session> {};
struct ServingLoop::Turns
    : boost::intrusive::list<Session,
                             boost::intrusive::member_hook<Session, Session::TurnHook, &Session::turn_hook>,
                             boost::intrusive::constant_time_size<false>> {};

ServingLoop::ServingLoop(Shared& shared, Settings settings)
    : shared_(shared),
      settings_(std::move(settings)),
      work_(context_.get_executor()),
      sweep_timer_(context_),
      heartbeat_timer_(context_),
      last_heartbeat_(shared.clock.now()),
      sessions_(std::make_unique<Sessions>()),
      turns_(std::make_unique<Turns>()) {
    asio::post(context_, [this] {
        sweep_later();
        beat();
    });
}

ServingLoop::~ServingLoop() = default;

void ServingLoop::serve(Socket socket, std::string table_map) {
    auto conversation = converse(*this, std::move(socket), std::move(table_map));
    asio::co_spawn(context_, std::move(conversation), [](const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);  // a bug, or no memory: out of run()
    });
}

void ServingLoop::configure(Settings settings) {
    asio::post(context_, [this, settings = std::move(settings)]() mutable {
        settings_ = std::move(settings);
        sweep_later();
    });
}

void ServingLoop::drain() {
    asio::post(context_, [this] {
        draining_ = true;
        for (auto& session : *sessions_)
            session.drain();
        stop_if_empty();
    });
}

void ServingLoop::abort() {
    asio::post(context_, [this] {
        for (auto& session : *sessions_)
            session.abort();
    });
}

void ServingLoop::enter(Session& session) {
    sessions_->push_back(session);
}

void ServingLoop::leave(Session& session) {
    sessions_->erase(sessions_->iterator_to(session));
    shared_.connections.fetch_sub(1, std::memory_order_relaxed);
    stop_if_empty();
}

// One message for all: the price of a message is a good part of an answer's.
void ServingLoop::await_turn(Session& session) {
    if (turns_->empty()) asio::post(context_, [this] { take_turns(); });
    turns_->push_back(session);
}

void ServingLoop::take_turns() {
    Turns now;
    now.swap(*turns_);
    if (now.empty()) return;
    const bool alone = std::next(now.begin()) == now.end();
    while (!now.empty()) {
        Session& session = now.front();
        now.pop_front();
        session.take_turn(alone);
    }
}

void ServingLoop::enqueue(Question question) {
    if (questions_.empty())
        asio::post(context_, [this] { shared_.engine.submit(std::exchange(questions_, {})); });
    questions_.push_back(std::move(question));
}

void ServingLoop::stop_if_empty() {
    if (!draining_ || !sessions_->empty()) return;
    sweep_timer_.cancel();
    heartbeat_timer_.cancel();
    last_heartbeat_.store(Time::max(), std::memory_order_relaxed);
    work_.reset();
}

void ServingLoop::beat() {
    if (last_heartbeat() == Time::max()) return;
    last_heartbeat_.store(shared_.clock.now(), std::memory_order_relaxed);
    heartbeat_timer_.expires_after(heartbeat);
    heartbeat_timer_.async_wait(asio::bind_allocator(WaitAllocator<void*>(heartbeat_memory_),
                                                     [this](const boost::system::error_code& cancelled) {
                                                         if (!cancelled) beat();
                                                     }));
}

void ServingLoop::sweep_later() {
    if (draining_) return;
    sweep_timer_.expires_after(settings_->idle_timeout / sweeps_per_idle_timeout);
    sweep_timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        for (auto& session : *sessions_)
            session.note_sweep(sweeps_per_idle_timeout);
        sweep_later();
    });
}

}  // namespace tlspolicy::server
