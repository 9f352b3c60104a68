#include "server/socketmap_session.hpp"

#include "base/printable.hpp"
#include "postfix/answer.hpp"
#include "postfix/lookup_key.hpp"
#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"
#include "server/peer.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t first_input_size = 512;  // holds any usual request: 10,000 idle clients cost 5 MB of it
constexpr std::size_t largest_input_size = postfix::max_request + sizeof("12345:,");
constexpr std::size_t flush_at = 64 * 1024;  // octets of replies to pipelined requests that one write carries

struct ReadInTurn {
    template <class Handler>
    void operator()(Handler handler, Socket* socket, asio::mutable_buffer room) const {
        const auto executor = socket->get_executor();
        asio::post(executor, [socket, room, done = std::move(handler)]() mutable {
            socket->async_read_some(room, std::move(done));
        });
    }
};

/// Reads when the clients that have already asked have had their turn. Asio tries to read before it waits:
/// right after an answer that is in vain and costs a system call; a turn later this client may have asked
/// again.
template <class Token>
auto async_read_in_turn(Socket& socket, asio::mutable_buffer room, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(ReadInTurn{}, token, &socket, room);
}

}  // namespace

SocketmapSession::SocketmapSession(ServingLoop& loop, Socket socket)
    : loop_(loop), socket_(std::move(socket)), input_(first_input_size) {
    error_code ignored;  // a socket that is already dead says so at the first read
    socket_.non_blocking(true, ignored);
    loop_.enter(*this);
}

SocketmapSession::~SocketmapSession() {
    loop_.leave(*this);
}

Awaitable<void> SocketmapSession::run() {
    for (;;) {
        const Next next = answer_buffered();
        if (!write_now()) {
            const bool sent = co_await write_rest();
            if (!sent) co_return;
        }
        if (next == Next::close) co_return;
        if (next == Next::ask) co_await ask();
        if (next != Next::read) continue;

        if (loop_.draining()) co_return;
        make_room();
        error_code failure;
        const auto room = asio::buffer(input_.data() + end_, input_.size() - end_);
        const std::size_t received =
            co_await async_read_in_turn(socket_, room, asio::redirect_error(use_awaitable, failure));
        if (failure) co_return;
        end_ += received;
        quiet_sweeps_ = 0;
    }
}

SocketmapSession::Next SocketmapSession::answer_buffered() {
    while (begin_ < end_) {
        if (loop_.replies().size() >= flush_at) return Next::go_on;
        const std::string_view buffered(input_.data() + begin_, end_ - begin_);
        const auto decoded = postfix::decode_netstring(buffered, postfix::max_request);
        if (std::holds_alternative<postfix::NeedMore>(decoded)) return Next::read;
        if (const auto* malformed = std::get_if<postfix::Malformed>(&decoded)) return refuse(malformed->why);
        const auto& frame = std::get<postfix::Frame>(decoded);
        const Next next = answer_request(frame.payload);
        begin_ += frame.consumed;
        if (next != Next::go_on) return next;
    }
    return Next::read;
}

SocketmapSession::Next SocketmapSession::answer_request(std::string_view payload) {
    const auto parsed = postfix::parse_request(payload);
    if (const auto* malformed = std::get_if<postfix::Malformed>(&parsed)) return refuse(malformed->why);
    const auto& request = std::get<postfix::Request>(parsed);
    const auto& maps = loop_.settings().maps;
    const auto map = maps.find(request.map);
    if (map != maps.end()) return answer_key(map->second, request.key);
    return reply(postfix::Perm{"unknown map " + printable(request.map, 50)}, {});
}

SocketmapSession::Next SocketmapSession::answer_key(const postfix::MapOptions& options,
                                                    std::string_view key) {
    auto& engine = loop_.shared().engine;
    // Postfix asks in the form that the cache knows: what is found there needs no parsing.
    if (const auto answer = engine.cached(key, options)) return reply(*answer, key);

    const auto lookup = postfix::LookupKey::parse(key);
    if (!lookup) return reply(postfix::NotFound{}, {});
    const std::string_view domain = lookup->domain().text();
    if (domain != key) {
        if (const auto answer = engine.cached(domain, options)) return reply(*answer, domain);
    }
    question_ = Question{lookup->domain(), options};
    return Next::ask;
}

SocketmapSession::Next SocketmapSession::reply(const postfix::Answer& answer, std::string_view domain) {
    postfix::append_reply(loop_.replies(), answer, domain);
    return Next::go_on;
}

Awaitable<void> SocketmapSession::ask() {
    activity_ = Activity::asking;
    const postfix::Answer answer = co_await loop_.ask(question_->domain, question_->options, use_awaitable);
    activity_ = Activity::reading;
    quiet_sweeps_ = 0;
    postfix::append_reply(loop_.replies(), answer, question_->domain.text());
}

// Whether all went out. A reply nearly always fits into the socket's buffer, and then costs one system call.
bool SocketmapSession::write_now() {
    auto& replies = loop_.replies();
    if (replies.empty()) return true;
    error_code failure;
    const std::size_t sent = socket_.write_some(asio::buffer(replies), failure);
    const bool all = sent == replies.size();
    if (!all) unsent_.assign(replies, sent);
    replies.clear();
    return all;
}

Awaitable<bool> SocketmapSession::write_rest() {
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
void SocketmapSession::make_room() {
    std::memmove(input_.data(), input_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (end_ == input_.size()) input_.resize(std::min(input_.size() * 4, largest_input_size));
}

SocketmapSession::Next SocketmapSession::refuse(std::string_view why) {
    if (const auto unsaid = loop_.shared().malformed.admit())
        spdlog::warn("client-malformed client={} reason=\"{}\" unsaid={}", peer_of(socket_), why, *unsaid);
    return Next::close;
}

void SocketmapSession::note_sweep(unsigned limit) {
    if (activity_ != Activity::asking && ++quiet_sweeps_ > limit) abort();
}

void SocketmapSession::drain() {
    // A client that is being answered leaves by itself, after its answer.
    if (activity_ == Activity::reading) abort();
}

void SocketmapSession::abort() {
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace tlspolicy::server
