#include "store/name_lookup.hpp"

#include "async/reply.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <utility>

namespace tlspolicy::store {
namespace {

using Addresses = Result<std::vector<std::string>>;

constexpr Duration limit = std::chrono::minutes(2);  // the system gives up earlier

Addresses resolve(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failure = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); failure != 0)
        return Error(ErrorKind::system, ::gai_strerror(failure));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    std::vector<std::string> addresses;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        if (::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0,
                          NI_NUMERICHOST)
            == 0)
            addresses.emplace_back(text.data());
    }
    return addresses;
}

/// Between who asks and the thread: who asks may have gone by then, and the loop too.
class Errand {
public:
    explicit Errand(const boost::asio::any_io_executor& executor)
        : executor_(executor), reply_(std::make_shared<async::Reply<Addresses>>(executor)) {}

    std::shared_ptr<async::Reply<Addresses>> reply() const { return reply_; }
    void deliver(Addresses found) {
        const std::lock_guard lock(mutex_);
        if (!reply_) return;
        boost::asio::post(executor_, [reply = reply_, found = std::move(found)]() mutable {
            reply->set(std::move(found));
        });
    }
    void abandon() {
        const std::lock_guard lock(mutex_);
        reply_.reset();
        executor_ = {};
    }

private:
    std::mutex mutex_;  // two threads meet here
    boost::asio::any_io_executor executor_;
    std::shared_ptr<async::Reply<Addresses>> reply_;
};

/// Who asks, however the coroutine is left.
class Asker {
public:
    explicit Asker(const boost::asio::any_io_executor& executor)
        : errand_(std::make_shared<Errand>(executor)) {}
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;
    ~Asker() { errand_->abandon(); }

    std::shared_ptr<async::Reply<Addresses>> reply() const { return errand_->reply(); }
    void send(const std::string& host) {
        try {
            std::thread([errand = errand_, host] { errand->deliver(resolve(host)); }).detach();
        } catch (const std::system_error& failure) {  // no more threads for now
            errand_->deliver(Error(ErrorKind::system, failure.what()));
        }
    }

private:
    std::shared_ptr<Errand> errand_;
};

}  // namespace

boost::asio::awaitable<Result<std::vector<std::string>>> look_up_name(boost::asio::any_io_executor executor,
                                                                      std::string host) {
    Asker asker(executor);
    const auto reply = asker.reply();
    asker.send(host);
    auto found = co_await reply->wait(limit);
    if (!found) co_return Error(ErrorKind::system, "no answer");
    co_return *std::move(found);
}

}  // namespace tlspolicy::store
