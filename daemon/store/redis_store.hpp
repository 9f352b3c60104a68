#pragma once

#include "async/tasks.hpp"
#include "base/clock.hpp"
#include "base/log_limiter.hpp"
#include "engine/ports.hpp"
#include "store/redis_link.hpp"
#include "store/redis_policies.hpp"
#include "store/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace tlspolicy::store {

/// The shared store: a Redis or Valkey server. Whatever that does, an answer waits for it no longer than the
/// limit, and not at all while it is away or has been slow. Used on the network loop.
class RedisStore final : public engine::SharedStore {
public:
    /// Begins to connect.
    RedisStore(const boost::asio::any_io_executor& network, RedisSettings settings, const Clock& clock);
    RedisStore(const RedisStore&) = delete;
    RedisStore& operator=(const RedisStore&) = delete;
    ~RedisStore() override;

    using Answer = Result<std::optional<engine::StoredPolicy>>;
    boost::asio::awaitable<Answer> find(Domain domain) override;
    void publish(engine::StoredPolicy policy) override;
    bool erase(std::string_view domain) override;

    /// Ends everything; destroy it only when idle().
    void stop();
    bool idle() const noexcept { return tasks_.size() == 0; }

    struct Statistics {
        std::uint64_t finds = 0;  ///< that the server was asked for
        std::uint64_t found = 0;
        std::uint64_t find_us = 0;  ///< all together
        std::uint64_t longest_find_us = 0;
        std::uint64_t too_late = 0;  ///< answers that came after the limit, or never
        std::uint64_t errors = 0;    ///< refusals, rubbish, connections that ended
        std::uint64_t published = 0;
        std::uint64_t outdone = 0;  ///< published for nothing: a later one was there
        std::uint64_t dropped = 0;  ///< too many to be published
        std::uint64_t connections = 0;
        bool connected = false;
    };
    const Statistics& statistics() const noexcept { return statistics_; }

private:
    struct Session;

    boost::asio::awaitable<void> stay_connected();
    boost::asio::awaitable<std::string> connect_once();
    /// Until the connection ends, and why it did.
    boost::asio::awaitable<std::string> serve(std::string address);
    std::shared_ptr<RedisLink> open(const std::string& address,
                                    const std::optional<RedisLink::Security>& security,
                                    RedisLink::OnEnd on_end);
    Result<std::optional<RedisLink::Security>> security();
    void greet(const std::shared_ptr<RedisLink>& link);
    void begin_use(const std::shared_ptr<RedisLink>& link);
    static void send(RedisLink& link, const RedisCommand& command, RedisLink::OnReply on_reply);
    void publish_now(engine::StoredPolicy policy);
    void keep_unpublished(engine::StoredPolicy policy);
    bool usable() const;
    void note_answer();
    void note_late();
    void complain(const std::string& why);
    void note_well();

    boost::asio::any_io_executor network_;
    const RedisSettings settings_;
    const Clock& clock_;
    std::optional<tls::Context> tls_;
    std::shared_ptr<RedisLink> link_;  // in use; null: there is none
    boost::asio::steady_timer pause_;
    Duration retry_pause_;
    std::map<std::string, engine::StoredPolicy> unpublished_;
    unsigned late_ = 0;  // answers in a row
    Duration slow_pause_;
    Time not_asked_until_;
    Time last_answer_;
    std::string complained_;  // the last complaint; empty: all is well
    LogLimiter complaints_;
    Statistics statistics_;
    bool stopping_ = false;
    async::Tasks tasks_;
};

/// "shared_finds=12 shared_found=3 ...", for a line of the log.
std::string to_text(const RedisStore::Statistics& statistics);

}  // namespace tlspolicy::store
