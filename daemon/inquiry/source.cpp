#include "inquiry/source.hpp"

#include "engine/dane_target.hpp"
#include "postfix/reply_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace tlspolicy::inquiry {
namespace {

namespace asio = boost::asio;

/// Before a server counts as lost: so many that a restart of it is none.
constexpr std::size_t fewest_failures = 3;

/// All keys, and how far their lanes have come.
struct Round {
    const std::vector<std::string>& keys;
    Replies replies;
    std::size_t next = 0;
    std::size_t done = 0;
    std::exception_ptr failure = nullptr;
};

asio::awaitable<void> walk(Source& source, std::size_t lane, Round& round) {
    while (round.next < round.keys.size()) {
        const std::size_t mine = round.next++;
        std::string key = round.keys[mine];
        auto said = co_await source.ask(lane, std::move(key));
        round.replies[mine] = std::move(said);
        ++round.done;
    }
}

}  // namespace

asio::awaitable<Result<std::string>> LocalSource::ask(std::size_t /*lane*/, std::string key) {
    const auto parsed = postfix::LookupKey::parse(key);
    if (!parsed) co_return postfix::reply_text(postfix::NotFound{}, {});
    const auto target = engine::DaneTarget::of(*parsed);
    const std::string_view domain = target.name.text();
    auto& engine = local_.engine();
    if (const auto word = local_.word_on(domain); word.word != nullptr)
        co_return postfix::reply_text(engine.overridden(*word.word, domain, map_), domain);
    if (const auto known = engine.cached(target, map_)) co_return postfix::reply_text(*known, domain);
    const postfix::Answer answer = co_await engine.ask(target, map_, asio::use_awaitable);
    co_return postfix::reply_text(answer, domain);
}

asio::awaitable<Result<std::string>> ServerSource::ask(std::size_t lane, std::string key) {
    if (lost_) co_return *lost_;
    while (clients_.size() <= lane)
        clients_.push_back(std::make_unique<SocketmapClient>(loop_.get_executor(), server_, patience_));
    auto& client = *clients_[lane];
    auto reply = co_await client.ask(map_, std::move(key));
    if (client.is_reachable())
        failures_ = 0;
    else if (++failures_ >= std::max(clients_.size(), fewest_failures))
        lost_ = reply.error();
    co_return reply;
}

void ServerSource::run_until(const std::function<bool()>& done) {
    loop_.restart();
    while (!done())
        loop_.run_one();
}

Replies ask_all(Source& source, const std::vector<std::string>& keys, std::size_t lanes,
                const std::function<void(std::size_t)>& progress) {
    Round round{keys, Replies(keys.size(), std::string())};
    std::size_t working = std::min(lanes, keys.size());
    for (std::size_t lane = working; lane > 0; --lane)
        asio::co_spawn(source.executor(), walk(source, lane - 1, round),
                       [&](const std::exception_ptr& failure) {
                           if (failure) round.failure = failure;
                           --working;
                       });
    std::size_t told = 0;
    source.run_until([&] {
        if (told != round.done) progress(told = round.done);
        return working == 0;
    });
    if (round.failure) std::rethrow_exception(round.failure);
    return std::move(round.replies);
}

}  // namespace tlspolicy::inquiry
