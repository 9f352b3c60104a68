#include "dns/lookup.hpp"

#include "dns/name_server.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace tlspolicy::dns {

Lookup::Lookup(std::shared_ptr<LookupQueue> queue, std::shared_ptr<Upstreams> upstreams, Question question,
               Edns edns, QueryObserver* observer)
    : queue_(std::move(queue)),
      upstreams_(std::move(upstreams)),
      asked_(std::move(question)),
      question_(asked_),
      alias_ttl_(std::numeric_limits<std::uint32_t>::max()),
      edns_(edns),
      observer_(observer) {}

void Lookup::start(Handler handler) {
    handler_.swap(handler);  // its move assignment calls itself for ever in Boost 1.81
    slot_ = boost::asio::get_associated_cancellation_slot(handler_);
    if (slot_.is_connected())
        slot_.assign([weak = weak_from_this()](boost::asio::cancellation_type) {
            if (const auto self = weak.lock()) self->cancel();
        });
    deadline_ = std::chrono::steady_clock::now() + upstreams_->timeout();
    queue_->enter(shared_from_this(), deadline_);
}

void Lookup::begin() {
    const SteadyTime now = std::chrono::steady_clock::now();
    order_ = upstreams_->order(now);
    next_round_ = now + upstreams_->patience(0);
    next_try(now);
}

/// The queue's timer: this try has waited long enough, or the lookup has.
void Lookup::wake(SteadyTime now) {
    if (under_way_ && current_is_out_) {
        upstreams_->note_silence(current_.server, sent_, now);
        tell(current_, now, Error(ErrorKind::dns, "no answer"));
    }
    if (now >= deadline_) return finish(failure());
    next_try(now);
}

/// Asks the next server whose answer may still be good. After the last try, what is under way may still be
/// answered until the deadline.
void Lookup::next_try(SteadyTime now) {
    const auto servers = static_cast<unsigned>(order_.size());
    const unsigned all = servers * upstreams_->attempts();
    for (; tries_ < all; ++tries_) {
        const std::uint8_t server = order_[tries_ % servers];
        if ((rejected_ >> server & 1U) != 0) continue;
        // A resolver that is being started again refuses at once: that must not use up all rounds in a
        // moment. It is not waited for where another one has answered, if with a failure.
        const unsigned round = tries_ / servers;
        if (round > round_ && now < next_round_) {
            if (rejected_ != 0 && queries_out_ == 0) return finish(failure());
            return queue_->wake_at(*this, std::min(deadline_, next_round_));
        }
        if (round > round_) next_round_ = now + upstreams_->patience(round);
        round_ = round;
        ++tries_;
        return ask({server, upstreams_->transport(server)}, now);
    }
    if (queries_out_ == 0) return finish(failure());
    queue_->wake_at(*this, deadline_);
}

void Lookup::ask(Origin origin, SteadyTime now) {
    const Edns edns = origin.transport == Transport::udp_plain ? Edns::off : edns_;
    const auto query = pack_query(question_, queue_->query_ids().next(), edns);
    if (!query) return finish(query.error());
    current_ = origin;
    current_is_out_ = true;
    sent_ = now;
    ++queries_out_;
    queue_->wake_at(*this, std::min(deadline_, now + upstreams_->patience(round_)));
    upstreams_->send(origin.server, origin.transport, *query, shared_from_this());
}

void Lookup::answered(std::span<const std::uint8_t> message, Origin origin) {
    const SteadyTime now = std::chrono::steady_clock::now();
    upstreams_->note_answer(origin.server, now);
    note_end(origin);
    if (!handler_) return;
    auto reply = parse_reply(message);
    tell(origin, now, reply);
    if (!reply)
        return reject(
            fmt::format("malformed answer from {}: {}", server_text(origin), reply.error().message()), origin,
            now);
    if (reply->question != question_) return;  // late, and of a question before the last CNAME
    judge(std::move(*reply), origin, now);
}

void Lookup::judge(Reply reply, Origin origin, SteadyTime now) {
    if (reply.truncated) {
        if (origin.transport != Transport::tcp) return ask({origin.server, Transport::tcp}, now);
        return reject(fmt::format("malformed answer from {}: truncated over TCP", server_text(origin)),
                      origin, now);
    }
    const bool definite = reply.rcode == Rcode::no_error || reply.rcode == Rcode::nx_domain;
    if (!definite) {
        const bool no_edns = reply.rcode == Rcode::format_error || reply.rcode == Rcode::not_implemented;
        if (no_edns && origin.transport == Transport::udp) {  // RFC 6891, 7
            upstreams_->note_no_edns(origin.server);
            return ask({origin.server, Transport::udp_plain}, now);
        }
        const auto& more = reply.extended_error;
        return reject(fmt::format("{}{} from {}", name_of(reply.rcode),
                                  more ? " (" + text_of(*more) + ")" : "", server_text(origin)),
                      origin, now);
    }
    const bool secure = reply.authenticated && upstreams_->trusts_ad(origin.server);
    auto outcome = follow(std::move(reply), question_);
    if (!outcome)
        return reject(
            fmt::format("malformed answer from {}: {}", server_text(origin), outcome.error().message()),
            origin, now);
    if (auto* referred = std::get_if<Referred>(&*outcome))
        return ask_for_target(std::move(*referred), secure, origin, now);
    if (auto* found = std::get_if<Found>(&*outcome)) {
        found->ttl = std::min(found->ttl, alias_ttl_);
        found->secure = secure && aliases_secure_;
        return finish(std::move(*found));
    }
    auto absent = std::get<engine::Absent>(*outcome);
    if (absent.ttl) absent.ttl = std::min<Duration>(*absent.ttl, std::chrono::seconds(alias_ttl_));
    absent.secure = secure && aliases_secure_;
    finish(absent);
}

/// RFC 1034, 3.6.2: a server need not know the target of its alias. The time already spent counts.
void Lookup::ask_for_target(Referred referred, bool secure, Origin origin, SteadyTime now) {
    aliases_ += referred.aliases;
    if (aliases_ > max_aliases)
        return reject(
            fmt::format("malformed answer from {}: more than {} CNAMEs", server_text(origin), max_aliases),
            origin, now);
    alias_ttl_ = std::min(alias_ttl_, referred.ttl);
    aliases_secure_ = aliases_secure_ && secure;
    question_.name = std::move(referred.target);
    ask({origin.server, upstreams_->transport(origin.server)}, now);
}

void Lookup::note_end(Origin origin) {
    --queries_out_;
    if (origin.server == current_.server && origin.transport == current_.transport) current_is_out_ = false;
}

void Lookup::failed(Failure failure, Origin origin) {
    note_end(origin);
    if (!handler_) return;
    const SteadyTime now = std::chrono::steady_clock::now();
    if (failure != Failure::silent)
        tell(origin, now,
             Error(ErrorKind::dns,
                   failure == Failure::garbled ? "a malformed answer" : "it cannot be reached"));
    switch (failure) {
        case Failure::silent:  // the lookup has its own idea of how long to wait
            return;
        case Failure::garbled:
            return reject(fmt::format("malformed answer from {}", server_text(origin)), origin, now);
        case Failure::unreachable:
            upstreams_->note_silence(origin.server, now, now);
            if (rejected_ == 0)
                reason_ = fmt::format("{} cannot be reached{}", server_text(origin),
                                      origin.transport == Transport::tcp ? " over TCP" : "");
            return next_try(now);
    }
}

/// This server has answered, and would say the same again.
void Lookup::reject(std::string reason, Origin origin, SteadyTime now) {
    reason_ = std::move(reason);
    rejected_ |= 1U << origin.server;
    next_try(now);
}

Error Lookup::failure() const {
    const auto limit = upstreams_->timeout().count();
    const std::size_t servers = upstreams_->size();
    std::string reason = reason_;
    if (!under_way_)
        reason = fmt::format("not asked within {} ms for too many lookups", limit);
    else if (reason.empty())
        reason = fmt::format("time-out after {} ms ({} server{})", limit, servers, servers == 1 ? "" : "s");
    return {ErrorKind::dns, std::move(reason)};
}

void Lookup::finish(LookupResult result) {
    if (!result)
        result = result.error().in(
            fmt::format("{} {}", name_of(asked_.type), asked_.name.empty() ? "." : asked_.name));
    complete({}, std::move(result));
}

void Lookup::cancel() {
    if (handler_) complete(boost::asio::error::operation_aborted, engine::Absent{});
}

void Lookup::complete(boost::system::error_code code, LookupResult result) {
    const auto self = shared_from_this();
    if (slot_.is_connected()) slot_.clear();
    queue_->leave(*this);
    boost::asio::post(queue_->executor(),
                      [done = std::move(handler_), code, said = std::move(result)]() mutable {
                          std::move(done)(code, std::move(said));
                      });
    handler_ = nullptr;
}

void Lookup::tell(Origin origin, SteadyTime now, const Result<Reply>& reply) const {
    if (observer_ == nullptr) return;
    Exchange exchange{question_, server_text(origin), origin.transport, std::nullopt, reply};
    const bool late = origin.server != current_.server || origin.transport != current_.transport;
    if (!late) exchange.took = std::chrono::ceil<Duration>(now - sent_);
    observer_->exchanged(exchange);
}

std::string Lookup::server_text(Origin origin) const {
    return text_of(upstreams_->server(origin.server));
}

}  // namespace tlspolicy::dns
