#pragma once

#include "tls/context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct redisAsyncContext;
struct redisReply;

namespace tlspolicy::store {

/// One connection to a Redis server: hiredis' asynchronous API, driven by Asio. Used on one loop.
///
/// It ends by itself when the server errs or leaves, or with close(); every command that has no answer then
/// is told so. A link that has ended stays ended.
class RedisLink : public std::enable_shared_from_this<RedisLink> {
public:
    /// The reply, which holds for the call only; null: the link has ended. Must not throw.
    using OnReply = std::function<void(const redisReply*)>;
    /// Why it has ended. Called once, never from within another call.
    using OnEnd = std::function<void(const std::string& why)>;

    /// For TLS: the trusted roots, and the name that the server's certificate must be for.
    struct Security {
        std::shared_ptr<SSL_CTX> context;
        std::string host;
    };

    /// To a numeric address, or a Unix socket.
    static std::shared_ptr<RedisLink> connect(const boost::asio::any_io_executor& executor,
                                              const std::string& address, std::uint16_t port,
                                              const std::optional<Security>& security, OnEnd on_end);
    static std::shared_ptr<RedisLink> connect_unix(const boost::asio::any_io_executor& executor,
                                                   const std::string& path, OnEnd on_end);
    RedisLink(const RedisLink&) = delete;
    RedisLink& operator=(const RedisLink&) = delete;
    ~RedisLink();

    /// Sent in order, before and after the connection stands.
    void command(std::span<const std::string_view> words, OnReply on_reply);
    std::size_t waiting() const noexcept { return waiting_; }
    void close(const std::string& why);

private:
    RedisLink(const boost::asio::any_io_executor& executor, OnEnd on_end);
    static std::shared_ptr<RedisLink> begin(const boost::asio::any_io_executor& executor,
                                            redisAsyncContext* context,
                                            const std::optional<Security>& security, OnEnd on_end);
    void attach(redisAsyncContext* context);
    bool secure(const Security& security);
    void end(std::string why);
    void await_readable();
    void await_writable();

    static void on_reply(redisAsyncContext* context, void* reply, void* waiting);
    static void on_cleanup(void* link);

    boost::asio::any_io_executor executor_;
    OnEnd on_end_;
    boost::asio::posix::stream_descriptor descriptor_;  // hiredis owns and closes it
    redisAsyncContext* context_ = nullptr;              // hiredis frees it; null: the link has ended
    tls::CertificateVerdict verdict_;
    std::string why_;
    std::size_t waiting_ = 0;
    bool reading_ = false;
    bool writing_ = false;
    bool wants_read_ = false;
    bool wants_write_ = false;
};

}  // namespace tlspolicy::store
