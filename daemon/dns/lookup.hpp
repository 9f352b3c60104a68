#pragma once

#include "dns/exchange.hpp"
#include "dns/follow.hpp"
#include "dns/lookup_queue.hpp"
#include "dns/query.hpp"
#include "dns/upstreams.hpp"

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tlspolicy::dns {

using LookupResult = Result<std::variant<engine::Absent, Found>>;

/// One question put to the servers, one after the other and round after round, until one gives a definite
/// answer or the time is up: truncation, EDNS and unfinished CNAMEs included. Network loop alone.
class Lookup final : public AnswerSink, public std::enable_shared_from_this<Lookup> {
public:
    using Handler = boost::asio::any_completion_handler<void(boost::system::error_code, LookupResult)>;

    /// `edns`: what the query asks for where the server understands it.
    /// `observer` may be null.
    Lookup(std::shared_ptr<LookupQueue> queue, std::shared_ptr<Upstreams> upstreams, Question question,
           Edns edns = Edns::on, QueryObserver* observer = nullptr);

    /// Once. The handler is posted: with the result, or operation_aborted when it was cancelled.
    void start(Handler handler);
    void cancel();

    void answered(std::span<const std::uint8_t> message, Origin origin) override;
    void failed(Failure failure, Origin origin) override;

private:
    friend class LookupQueue;

    // For the queue.
    bool waits() const noexcept { return handler_ && !under_way_; }
    void begin();
    void wake(SteadyTime now);

    void next_try(SteadyTime now);
    void note_end(Origin origin);
    void ask(Origin origin, SteadyTime now);
    void judge(Reply reply, Origin origin, SteadyTime now);
    void ask_for_target(Referred referred, bool secure, Origin origin, SteadyTime now);
    void reject(std::string reason, Origin origin, SteadyTime now);
    Error failure() const;
    void finish(LookupResult result);
    void complete(boost::system::error_code code, LookupResult result);
    std::string server_text(Origin origin) const;
    void tell(Origin origin, SteadyTime now, const Result<Reply>& reply) const;

    std::shared_ptr<LookupQueue> queue_;
    std::shared_ptr<Upstreams> upstreams_;
    const Question asked_;
    Question question_;  ///< what is asked for now: the target of a CNAME that a server left to us
    Handler handler_;    ///< empty when this is over
    boost::asio::cancellation_slot slot_;

    std::vector<std::uint8_t> order_;
    std::uint32_t rejected_ = 0;  ///< a bit for each server whose answer was no good
    unsigned tries_ = 0;
    unsigned round_ = 0;       ///< of current_
    SteadyTime next_round_{};  ///< not before
    unsigned queries_out_ = 0;
    bool current_is_out_ = false;
    unsigned aliases_ = 0;
    std::uint32_t alias_ttl_;
    bool aliases_secure_ = true;
    const Edns edns_;
    QueryObserver* observer_;
    std::string reason_;  ///< of the last rejection
    SteadyTime deadline_{};
    SteadyTime sent_{};
    Origin current_{};

    // The queue's.
    LookupQueue::Wakes::iterator place_{};
    bool under_way_ = false;
};

}  // namespace tlspolicy::dns
