#include "store/redis_link.hpp"

#include <boost/asio/post.hpp>

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#ifdef TLSPOLICY_REDIS_TLS
#include <hiredis/hiredis_ssl.h>
#endif
#include <openssl/ssl.h>

#include <utility>
#include <vector>

namespace tlspolicy::store {
namespace {

using boost::system::error_code;

/// A command on its way; hiredis carries it.
struct Waiting {
    std::shared_ptr<RedisLink> link;
    RedisLink::OnReply on_reply;
};

}  // namespace

RedisLink::RedisLink(const boost::asio::any_io_executor& executor, OnEnd on_end)
    : executor_(executor), on_end_(std::move(on_end)), descriptor_(executor) {}

RedisLink::~RedisLink() {
    on_end_ = nullptr;
    close({});
}

std::shared_ptr<RedisLink> RedisLink::connect(const boost::asio::any_io_executor& executor,
                                              const std::string& address, std::uint16_t port,
                                              const std::optional<Security>& security, OnEnd on_end) {
    return begin(executor, redisAsyncConnect(address.c_str(), port), security, std::move(on_end));
}

std::shared_ptr<RedisLink> RedisLink::connect_unix(const boost::asio::any_io_executor& executor,
                                                   const std::string& path, OnEnd on_end) {
    return begin(executor, redisAsyncConnectUnix(path.c_str()), std::nullopt, std::move(on_end));
}

std::shared_ptr<RedisLink> RedisLink::begin(const boost::asio::any_io_executor& executor,
                                            redisAsyncContext* context,
                                            const std::optional<Security>& security, OnEnd on_end) {
    std::shared_ptr<RedisLink> link(new RedisLink(executor, std::move(on_end)));
    if (context == nullptr) {
        link->end("no memory");
    } else if (context->err != 0) {
        const std::string why = context->errstr;
        redisAsyncFree(context);
        link->end(why);
    } else {
        link->attach(context);
        if (security && !link->secure(*security)) link->close("TLS cannot begin");
    }
    return link;
}

void RedisLink::attach(redisAsyncContext* context) {
    context_ = context;
    descriptor_.assign(context->c.fd);
    context->ev.data = this;
    context->ev.addRead = [](void* link) {
        static_cast<RedisLink*>(link)->wants_read_ = true;
        static_cast<RedisLink*>(link)->await_readable();
    };
    context->ev.delRead = [](void* link) { static_cast<RedisLink*>(link)->wants_read_ = false; };
    context->ev.addWrite = [](void* link) {
        static_cast<RedisLink*>(link)->wants_write_ = true;
        static_cast<RedisLink*>(link)->await_writable();
    };
    context->ev.delWrite = [](void* link) { static_cast<RedisLink*>(link)->wants_write_ = false; };
    context->ev.cleanup = on_cleanup;
    // With it hiredis begins to look whether the connection stands, and later tells of its end.
    redisAsyncSetConnectCallback(context, [](const redisAsyncContext*, int) {});
    redisAsyncSetDisconnectCallback(context, [](const redisAsyncContext*, int) {});
}

#ifdef TLSPOLICY_REDIS_TLS
// What is commanded waits for the handshake, so that no password goes to a server that is not the right one.
bool RedisLink::secure(const Security& security) {
    verdict_.host = security.host;
    tls::SslHandle ssl = tls::new_client(*security.context, verdict_);
    if (ssl == nullptr || redisInitiateSSL(&context_->c, ssl.get()) != REDIS_OK) return false;
    static_cast<void>(ssl.release());  // hiredis frees it
    return true;
}
#else
bool RedisLink::secure(const Security& /*security*/) {
    return false;
}
#endif

void RedisLink::await_readable() {
    if (std::exchange(reading_, true)) return;
    descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                           [self = shared_from_this()](const error_code& failure) {
                               self->reading_ = false;
                               if (failure || self->context_ == nullptr || !self->wants_read_) return;
                               redisAsyncHandleRead(self->context_);
                               if (self->context_ != nullptr && self->wants_read_) self->await_readable();
                           });
}

void RedisLink::await_writable() {
    if (std::exchange(writing_, true)) return;
    descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_write,
                           [self = shared_from_this()](const error_code& failure) {
                               self->writing_ = false;
                               if (failure || self->context_ == nullptr || !self->wants_write_) return;
                               redisAsyncHandleWrite(self->context_);
                               if (self->context_ != nullptr && self->wants_write_) self->await_writable();
                           });
}

void RedisLink::command(std::span<const std::string_view> words, OnReply on_reply) {
    if (context_ == nullptr) return on_reply(nullptr);
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const std::string_view word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    auto waiting = std::make_unique<Waiting>(Waiting{shared_from_this(), std::move(on_reply)});
    ++waiting_;
    const int sent = redisAsyncCommandArgv(context_, RedisLink::on_reply, waiting.get(),
                                           static_cast<int>(words.size()), texts.data(), sizes.data());
    if (sent == REDIS_OK) {
        static_cast<void>(waiting.release());  // on_reply() takes it back
        return;
    }
    --waiting_;
    waiting->on_reply(nullptr);
}

void RedisLink::on_reply(redisAsyncContext* /*context*/, void* reply, void* waiting) {
    const std::unique_ptr<Waiting> mine(static_cast<Waiting*>(waiting));
    --mine->link->waiting_;
    mine->on_reply(static_cast<const redisReply*>(reply));
}

void RedisLink::close(const std::string& why) {
    if (context_ == nullptr) return;
    if (why_.empty()) why_ = why;
    redisAsyncFree(context_);
}

// hiredis calls it last of all, whatever ended the connection, and then closes the descriptor.
void RedisLink::on_cleanup(void* link) {
    auto& self = *static_cast<RedisLink*>(link);
    const redisAsyncContext* context = std::exchange(self.context_, nullptr);
    if (self.why_.empty()) self.why_ = self.verdict_.failure;
    if (self.why_.empty() && context->c.err != 0) self.why_ = context->c.errstr;
    static_cast<void>(self.descriptor_.release());
    self.end(self.why_.empty() ? "the server closed the connection" : self.why_);
}

void RedisLink::end(std::string why) {
    if (!on_end_) return;
    boost::asio::post(executor_,
                      [on_end = std::exchange(on_end_, nullptr), why = std::move(why)] { on_end(why); });
}

}  // namespace tlspolicy::store
