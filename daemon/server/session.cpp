#include "server/session.hpp"

#include "base/percent.hpp"
#include "base/printable.hpp"
#include "postfix/answer.hpp"
#include "postfix/lookup_key.hpp"
#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"
#include "postfix/tcp_table.hpp"
#include "server/peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>
#include <variant>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t first_input_size = 512;  // holds any usual request: 10,000 idle clients cost 5 MB of it
constexpr std::size_t largest_input_size = postfix::max_request + sizeof("12345:,");
// Asio tries to read before it waits, so who reads in vain and then waits has read in vain twice: a client
// that lets time go by between its requests is not read from directly again for so many turns.
constexpr unsigned waits_after_vain_read = 15;
constexpr std::size_t flush_at = 64 * 1024;  // octets of replies to pipelined requests that one write carries

}  // namespace

Session::Session(ServingLoop& loop, Socket socket, std::string table_map)
    : loop_(loop), socket_(std::move(socket)), table_map_(std::move(table_map)), input_(first_input_size) {
    error_code ignored;  // a socket that is already dead says so at the first read
    socket_.non_blocking(true, ignored);
    loop_.enter(*this);
}

Session::~Session() {
    loop_.leave(*this);
}

/// Answers from memory for as long as that is possible, and completes with what has to be done otherwise.
template <class Token>
auto Session::serve(Token&& token) {
    return asio::async_initiate<Token, void(Next)>(
        [this](auto handler) {
            wake_.emplace(std::move(handler));
            proceed();
        },
        token);
}

Awaitable<void> Session::run() {
    for (;;) {
        const Next next = co_await serve(use_awaitable);
        if (!unsent_.empty()) {
            const bool sent = co_await write_rest();
            if (!sent) co_return;
        }
        if (next == Next::close) co_return;
        if (next == Next::ask) co_await ask();
    }
}

void Session::wake(Next next) {
    // Posted: the coroutine may still be on its way to sleep.
    asio::post(socket_.get_executor(),
               [next, woken = std::move(*wake_)]() mutable { std::move(woken)(next); });
    wake_.reset();
}

void Session::proceed() {
    using Moment = std::chrono::steady_clock;
    const bool timed = loop_.is_sample();
    const auto begun = timed ? Moment::now() : Moment::time_point();
    const Next next = answer_buffered();
    const bool answered = next == Next::read && !loop_.replies().empty();
    const bool written = write_now();
    if (timed && answered && written) loop_.shared().traffic.quick.observe(Moment::now() - begun);
    if (!written || next == Next::ask || next == Next::close) return wake(next);
    if (next == Next::read && loop_.draining()) return read_last();
    has_more_ = next == Next::go_on;
    loop_.await_turn(*this);
}

// The others that have asked were read from first: reading again right after an answer would be in vain, and
// cost a system call; a turn later this client may have asked again.
void Session::take_turn(bool alone) {
    if (has_more_) return proceed();
    if (loop_.draining()) return read_last();
    if (alone || turns_to_wait_ > 0) {
        if (turns_to_wait_ > 0) --turns_to_wait_;
        return wait();
    }
    error_code failure;
    const std::size_t received = socket_.read_some(make_room(), failure);
    if (failure != asio::error::would_block) return on_read(failure, received);
    turns_to_wait_ = waits_after_vain_read;
    wait();
}

struct Session::Received {
    using allocator_type = WaitAllocator<void*>;

    Session* session;

    void operator()(const error_code& failure, std::size_t size) const { session->on_read(failure, size); }
    allocator_type get_allocator() const noexcept { return allocator_type(session->wait_memory_); }
};

void Session::wait() {
    socket_.async_read_some(make_room(), Received{this});
}

// What the client had sent by the time of the drain was asked in time, and is answered.
void Session::read_last() {
    if (has_read_last_) return wake(Next::close);
    has_read_last_ = true;
    error_code failure;
    const std::size_t received = socket_.read_some(make_room(), failure);
    on_read(failure, received);
}

void Session::on_read(const error_code& failure, std::size_t received) {
    if (failure == asio::error::operation_aborted && loop_.draining()) return read_last();
    if (failure) return wake(Next::close);
    end_ += received;
    quiet_sweeps_ = 0;
    proceed();
}

Session::Next Session::answer_buffered() {
    while (begin_ < end_) {
        if (loop_.replies().size() >= flush_at) return Next::go_on;
        const std::string_view buffered(input_.data() + begin_, end_ - begin_);
        const Next next = table_map_.empty() ? answer_frame(buffered) : answer_line(buffered);
        if (next != Next::go_on) return next;
    }
    return Next::read;
}

Session::Next Session::answer_frame(std::string_view buffered) {
    const auto decoded = postfix::decode_netstring(buffered, postfix::max_request);
    if (std::holds_alternative<postfix::NeedMore>(decoded)) return Next::read;
    if (const auto* malformed = std::get_if<postfix::Malformed>(&decoded)) return refuse(malformed->why);
    const auto& frame = std::get<postfix::Frame>(decoded);
    begin_ += frame.consumed;
    return answer_request(frame.payload);
}

Session::Next Session::answer_line(std::string_view buffered) {
    const auto decoded = postfix::decode_line(buffered);
    if (std::holds_alternative<postfix::NeedMore>(decoded)) return Next::read;
    if (const auto* malformed = std::get_if<postfix::Malformed>(&decoded)) return refuse(malformed->why);
    const auto& line = std::get<postfix::Line>(decoded);
    begin_ += line.consumed;
    const auto key = postfix::key_of_get(line.text);
    if (!key) {
        postfix::append_table_refusal(loop_.replies());
        return Next::go_on;
    }
    if (!postfix::is_coded(*key)) return answer_in_map(table_map_, *key);
    const auto decoded_key = percent_decode(*key);
    return decoded_key ? answer_in_map(table_map_, *decoded_key) : refuse("a % without two digits");
}

Session::Next Session::answer_request(std::string_view payload) {
    const auto parsed = postfix::parse_request(payload);
    if (const auto* malformed = std::get_if<postfix::Malformed>(&parsed)) return refuse(malformed->why);
    const auto& request = std::get<postfix::Request>(parsed);
    return answer_in_map(request.map, request.key);
}

Session::Next Session::answer_in_map(std::string_view name, std::string_view key) {
    const auto& maps = loop_.settings().maps;
    const auto map = maps.find(name);
    map_slot_ = map != maps.end() ? map->second.slot : MapCounters::no_map;
    if (map != maps.end()) return answer_key(map->second, key);
    return reply(postfix::Perm{"unknown map " + printable(name, 50)}, {});
}

std::optional<postfix::Answer> Session::overridden(std::string_view key,
                                                   const postfix::MapOptions& options) const {
    const auto& overrides = loop_.settings().overrides;
    if (overrides.empty()) return std::nullopt;
    const auto lookup = postfix::LookupKey::parse(key);
    if (!lookup) return std::nullopt;
    const std::string_view domain = lookup->domain().text();
    const auto* word = overrides.find(domain, loop_.shared().wall_clock.now());
    if (word == nullptr) return std::nullopt;
    return loop_.shared().engine.overridden(*word, domain, options);
}

Session::Next Session::answer_key(const postfix::MapOptions& options, std::string_view key) {
    auto& engine = loop_.shared().engine;
    if (const auto answer = overridden(key, options)) return reply(*answer, {});
    // Postfix asks in the form that the cache knows: what is found there needs no parsing.
    if (const auto answer = engine.cached(key, options)) return reply(*answer, key);

    const auto lookup = postfix::LookupKey::parse(key);
    if (!lookup) return reply(postfix::NotFound{}, {});
    const auto target = engine::DaneTarget::of(*lookup);
    const std::string_view domain = target.name.text();
    if (domain != key) {
        if (const auto answer = engine.cached(target, options)) return reply(*answer, domain);
    }
    question_ = Question{target, options};
    return Next::ask;
}

Session::Next Session::reply(const postfix::Answer& answer, std::string_view domain) {
    loop_.shared().traffic.maps.count(map_slot_, answer);
    if (table_map_.empty())
        postfix::append_reply(loop_.replies(), answer, domain);
    else
        postfix::append_table_reply(loop_.replies(), answer, domain);
    return Next::go_on;
}

Awaitable<void> Session::ask() {
    activity_ = Activity::asking;
    const auto asked = std::chrono::steady_clock::now();
    const postfix::Answer answer = co_await loop_.ask(question_->target, question_->options, use_awaitable);
    activity_ = Activity::reading;
    quiet_sweeps_ = 0;
    loop_.shared().traffic.waits.observe(
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - asked));
    reply(answer, question_->target.name.text());
}

// Whether all went out. A reply nearly always fits into the socket's buffer, and then costs one system call.
bool Session::write_now() {
    auto& replies = loop_.replies();
    if (replies.empty()) return true;
    error_code failure;
    const std::size_t sent = socket_.write_some(asio::buffer(replies), failure);
    const bool all = sent == replies.size();
    if (!all) unsent_.assign(replies, sent);
    replies.clear();
    return all;
}

Awaitable<bool> Session::write_rest() {
    activity_ = Activity::writing;
    error_code failure;
    const auto rest = asio::buffer(unsent_);
    co_await asio::async_write(socket_, rest, asio::redirect_error(use_awaitable, failure));
    activity_ = Activity::reading;
    std::string().swap(unsent_);  // gives its memory back, which an assignment does not
    co_return !failure;
}

// The buffer grows with the request that it holds, up to the largest one that decode_netstring() lets
// through.
asio::mutable_buffer Session::make_room() {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == input_.size()) input_.resize(std::min(input_.size() * 4, largest_input_size));
    return asio::buffer(input_.data() + end_, input_.size() - end_);
}

Session::Next Session::refuse(std::string_view why) {
    loop_.shared().traffic.malformed.fetch_add(1, std::memory_order_relaxed);
    if (const auto unsaid = loop_.shared().malformed.admit())
        spdlog::warn("client-malformed client={} reason=\"{}\" unsaid={}", peer_of(socket_), why, *unsaid);
    return Next::close;
}

void Session::note_sweep(unsigned limit) {
    if (activity_ != Activity::asking && ++quiet_sweeps_ > limit) abort();
}

void Session::drain() {
    if (activity_ != Activity::reading) return;  // it leaves by itself, after its answer
    error_code ignored;
    socket_.cancel(ignored);
}

void Session::abort() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace tlspolicy::server
