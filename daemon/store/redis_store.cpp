#include "store/redis_store.hpp"

#include "async/event.hpp"
#include "async/reply.hpp"
#include "base/printable.hpp"
#include "store/name_lookup.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <hiredis/hiredis.h>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

namespace tlspolicy::store {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using engine::StoredPolicy;

constexpr Duration greeting_limit = std::chrono::seconds(5);
constexpr unsigned late_in_a_row = 2;  // answers that make a server slow
constexpr Duration slow_pause_min = std::chrono::seconds(1);
constexpr Duration dead_after = std::chrono::seconds(10);  // without any answer
constexpr std::size_t max_reason = 300;

std::string name_of(const RedisSettings& settings) {
    return settings.path.empty() ? fmt::format("{}:{}", settings.host, settings.port) : settings.path;
}

/// So that a fleet does not come back all at once.
Duration with_jitter(Duration pause) {
    thread_local std::minstd_rand random{std::random_device{}()};
    return pause / 2 + Duration(std::uniform_int_distribution<Duration::rep>(0, pause.count() / 2)(random));
}

}  // namespace

/// One connection, from the attempt to its end.
struct RedisStore::Session {
    explicit Session(const asio::any_io_executor& network) : ended(network) {}

    async::Event ended;
    std::string why;
};

RedisStore::RedisStore(const asio::any_io_executor& network, RedisSettings settings, const Clock& clock)
    : network_(network),
      settings_(std::move(settings)),
      clock_(clock),
      pause_(network),
      retry_pause_(settings_.retry_min),
      slow_pause_(slow_pause_min),
      not_asked_until_(clock.now()),
      last_answer_(clock.now()),
      complaints_(clock),
      tasks_(network, [this](const std::exception_ptr& failure) {
          if (!stopping_) complain("an exception ended its connection: " + words_of(failure));
      }) {
    if (settings_.tls) tls_.emplace(settings_.ca_file, clock_);
    tasks_.spawn(stay_connected());
}

RedisStore::~RedisStore() {
    stop();
}

void RedisStore::stop() {
    if (std::exchange(stopping_, true)) return;
    if (link_) std::exchange(link_, nullptr)->close("tlspolicyd is stopping");
    tasks_.cancel();
}

// Connecting

asio::awaitable<void> RedisStore::stay_connected() {
    while (!stopping_) {
        const std::string why = co_await connect_once();
        if (stopping_) co_return;
        complain(why);
        pause_.expires_after(with_jitter(retry_pause_));
        retry_pause_ = std::min(retry_pause_ * 2, settings_.retry_max);
        error_code cancelled;
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<std::string> RedisStore::connect_once() {
    if (!settings_.path.empty()) {
        auto session = serve(std::string());
        std::string ended = co_await std::move(session);
        co_return ended;
    }
    auto lookup = look_up_name(network_, settings_.host);
    const auto addresses = co_await std::move(lookup);
    if (!addresses) co_return "its name cannot be resolved: " + addresses.error().message();
    std::string why;
    const auto before = statistics_.connections;
    for (const std::string& address : *addresses) {
        auto session = serve(address);
        why = co_await std::move(session);
        if (statistics_.connections != before || stopping_) break;
    }
    co_return why;
}

asio::awaitable<std::string> RedisStore::serve(std::string address) {
    const auto session = std::make_shared<Session>(network_);
    const auto secured = security();
    if (!secured) co_return secured.error().message();
    const auto link = open(address, *secured, [session](const std::string& why) {
        session->why = why;
        session->ended.set();
    });
    asio::steady_timer limit(network_, greeting_limit);
    limit.async_wait([this, weak = std::weak_ptr(link)](const error_code& cancelled) {
        const auto late = weak.lock();
        if (!cancelled && late && late != link_) late->close("it does not answer");
    });
    greet(link);
    co_await session->ended.wait();
    limit.cancel();
    link->close({});  // where it was the wait that ended
    if (link_ == link) link_.reset();
    statistics_.connected = false;
    co_return session->why;
}

Result<std::optional<RedisLink::Security>> RedisStore::security() {
    if (!tls_) return std::optional<RedisLink::Security>();
    auto context = tls_->current();
    if (!context) return context.error();
    return std::optional(RedisLink::Security{std::move(*context), settings_.host});
}

std::shared_ptr<RedisLink> RedisStore::open(const std::string& address,
                                            const std::optional<RedisLink::Security>& security,
                                            RedisLink::OnEnd on_end) {
    if (!settings_.path.empty()) return RedisLink::connect_unix(network_, settings_.path, std::move(on_end));
    return RedisLink::connect(network_, address, settings_.port, security, std::move(on_end));
}

void RedisStore::greet(const std::shared_ptr<RedisLink>& link) {
    const auto close_if_refused = [weak = std::weak_ptr(link)](const redisReply* reply) {
        const auto refusal = reply == nullptr ? std::nullopt : refusal_in(*reply);
        if (const auto mine = weak.lock(); mine && refusal) mine->close("it refuses: " + *refusal);
        return reply != nullptr && !refusal;
    };
    RedisCommand login{"AUTH"};
    if (!settings_.user.empty()) login.push_back(settings_.user);
    login.push_back(settings_.password);
    if (!settings_.password.empty()) send(*link, login, close_if_refused);
    if (settings_.database != 0)
        send(*link, {"SELECT", std::to_string(settings_.database)}, close_if_refused);
    send(*link, {"PING"}, [this, close_if_refused, weak = std::weak_ptr(link)](const redisReply* reply) {
        if (!close_if_refused(reply)) return;
        if (const auto mine = weak.lock()) begin_use(mine);
    });
}

void RedisStore::begin_use(const std::shared_ptr<RedisLink>& link) {
    if (stopping_) return;
    link_ = link;
    late_ = 0;
    last_answer_ = not_asked_until_ = clock_.now();
    retry_pause_ = settings_.retry_min;
    slow_pause_ = slow_pause_min;
    ++statistics_.connections;
    statistics_.connected = true;
    spdlog::info("shared-store-connected server=\"{}\"", printable(name_of(settings_)));
    complained_.clear();
    for (auto& [domain, policy] : std::exchange(unpublished_, {}))
        publish(std::move(policy));
}

// Use

void RedisStore::send(RedisLink& link, const RedisCommand& command, RedisLink::OnReply on_reply) {
    const std::vector<std::string_view> words(command.begin(), command.end());
    link.command(words, std::move(on_reply));
}

bool RedisStore::usable() const {
    return link_ != nullptr && link_->waiting() < settings_.max_waiting && clock_.now() >= not_asked_until_;
}

asio::awaitable<RedisStore::Answer> RedisStore::find(Domain domain) {
    if (!usable()) co_return Error(ErrorKind::system, "the shared store is away");
    const auto begin = std::chrono::steady_clock::now();
    ++statistics_.finds;
    const auto reply = std::make_shared<async::Reply<Answer>>(network_);
    const RedisCommand command = find_command(domain.text());
    send(*link_, command, [this, reply, name = std::string(domain.text())](const redisReply* said) {
        if (said == nullptr) return reply->set(Error(ErrorKind::system, "the shared store went away"));
        note_answer();
        reply->set(read_policy_reply(*said, name, clock_.now()));
    });
    auto answer = co_await reply->wait(settings_.limit);
    const auto took = std::chrono::steady_clock::now() - begin;
    const auto took_us =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    statistics_.find_us += took_us;
    statistics_.longest_find_us = std::max(statistics_.longest_find_us, took_us);
    if (!answer) {
        note_late();
        co_return Error(ErrorKind::system, "the shared store takes too long");
    }
    if (!*answer)
        complain(answer->error().message());
    else
        note_well();
    if (*answer && **answer) ++statistics_.found;
    co_return *std::move(answer);
}

void RedisStore::publish(StoredPolicy policy) {
    if (link_ != nullptr && link_->waiting() < settings_.max_waiting)
        publish_now(std::move(policy));
    else
        keep_unpublished(std::move(policy));
}

bool RedisStore::erase(std::string_view domain) {
    unpublished_.erase(std::string(domain));
    if (link_ == nullptr) return false;
    send(*link_, erase_command(domain), [this](const redisReply* reply) {
        if (reply == nullptr) return;
        note_answer();
        if (const auto refusal = refusal_in(*reply)) complain("it refuses to be written: " + *refusal);
    });
    return true;
}

void RedisStore::publish_now(StoredPolicy policy) {
    const RedisCommand command = publish_command(policy, clock_.now());
    send(*link_, command, [this, kept = std::move(policy)](const redisReply* reply) mutable {
        if (reply == nullptr) return keep_unpublished(std::move(kept));
        note_answer();
        if (const auto refusal = refusal_in(*reply)) return complain("it refuses to be written: " + *refusal);
        ++(reply->type == REDIS_REPLY_INTEGER && reply->integer == 0 ? statistics_.outdone
                                                                     : statistics_.published);
    });
}

void RedisStore::keep_unpublished(StoredPolicy policy) {
    if (stopping_) return;
    const bool known = unpublished_.find(policy.domain) != unpublished_.end();
    if (!known && unpublished_.size() >= settings_.max_unpublished) {
        ++statistics_.dropped;
        return;
    }
    const std::string domain = policy.domain;
    unpublished_.insert_or_assign(domain, std::move(policy));
}

void RedisStore::note_answer() {
    last_answer_ = clock_.now();
}

void RedisStore::note_late() {
    ++statistics_.too_late;
    if (++late_ < late_in_a_row) return;
    const Time now = clock_.now();
    complain(fmt::format("it takes longer than {} ms", settings_.limit.count()));
    not_asked_until_ = now + slow_pause_;
    slow_pause_ = std::min(slow_pause_ * 2, settings_.retry_max);
    if (link_ && now - last_answer_ > dead_after) link_->close("it has not answered for a while");
}

void RedisStore::note_well() {
    late_ = 0;
    slow_pause_ = slow_pause_min;
    if (complained_.empty()) return;
    complained_.clear();
    spdlog::info("shared-store-connected server=\"{}\"", printable(name_of(settings_)));
}

void RedisStore::complain(const std::string& why) {
    ++statistics_.errors;
    if (std::exchange(complained_, why) == why) return;
    if (const auto unsaid = complaints_.admit())
        spdlog::error("shared-store-unusable server=\"{}\" reason=\"{}\" unsaid={}",
                      printable(name_of(settings_)), printable(why, max_reason), *unsaid);
}

std::string to_text(const RedisStore::Statistics& statistics) {
    return fmt::format(
        "shared_connected={} shared_connections={} shared_finds={} shared_found={} shared_find_us={} "
        "shared_longest_find_us={} shared_too_late={} shared_errors={} shared_published={} shared_outdone={} "
        "shared_dropped={}",
        statistics.connected ? 1 : 0, statistics.connections, statistics.finds, statistics.found,
        statistics.find_us, statistics.longest_find_us, statistics.too_late, statistics.errors,
        statistics.published, statistics.outdone, statistics.dropped);
}

}  // namespace tlspolicy::store
