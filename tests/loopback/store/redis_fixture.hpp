#pragma once

#include "fakes/redis_server.hpp"
#include "loopback/store/store_fixture.hpp"
#include "store/redis_store.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>

namespace tlspolicy::test {

/// A daemon's view of the shared store.
class SharedClient {
public:
    explicit SharedClient(store::RedisSettings settings) {
        store_.emplace(loop_.get_executor(), hasty(settings), clock_);
    }
    SharedClient(const SharedClient&) = delete;
    SharedClient& operator=(const SharedClient&) = delete;
    ~SharedClient() {
        store_->stop();
        for (int i = 0; i < 1000 && !store_->idle(); ++i)
            pass(std::chrono::milliseconds(5));
        CHECK(store_->idle());
        pass(std::chrono::milliseconds(1));
    }

    store::RedisStore* operator->() { return &*store_; }
    Time now() const { return clock_.now(); }

    store::RedisStore::Answer find(int number = 1) {
        return run(loop_, store_->find(Domain::parse(domain_name(number)).value()));
    }
    void publish(const engine::StoredPolicy& policy) { store_->publish(policy); }

    /// Whether this comes about within ten seconds, while the loop runs.
    template <class Condition>
    bool eventually(Condition condition) {
        for (int i = 0; i < 2000; ++i) {
            if (condition()) return true;
            pass(std::chrono::milliseconds(5));
        }
        return false;
    }
    bool connected() {
        return eventually([this] { return store_->statistics().connected; });
    }
    bool settled(std::uint64_t answers) {
        return eventually([&] {
            const auto& all = store_->statistics();
            return all.published + all.outdone + all.errors >= answers;
        });
    }
    void pass(Duration time) {
        loop_.restart();
        loop_.run_for(time);
    }

private:
    static store::RedisSettings hasty(store::RedisSettings settings) {
        settings.retry_min = std::chrono::milliseconds(10);
        settings.retry_max = std::chrono::milliseconds(50);
        return settings;
    }

    SystemClock clock_;
    boost::asio::io_context loop_{1};
    std::optional<store::RedisStore> store_;
};

inline store::RedisSettings at(const std::string& path) {
    store::RedisSettings settings;
    settings.path = path;
    return settings;
}

inline engine::StoredPolicy fetched(Time now, Duration ago, const std::string& id = "id1",
                                    Duration life = std::chrono::hours(168)) {
    engine::StoredPolicy policy = numbered(1, now, id);
    policy.fetched = now - ago;
    policy.expires = policy.fetched + life;
    return policy;
}

}  // namespace tlspolicy::test
