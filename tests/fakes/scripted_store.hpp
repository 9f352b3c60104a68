#pragma once

#include "engine/ports.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tlspolicy::fakes {

/// A store that keeps what it is told, in a map that a test may look into and change. While `broken`, it
/// knows nothing and keeps nothing. Used on one loop.
class ScriptedStore final : public engine::PolicyStore {
public:
    boost::asio::awaitable<Result<std::optional<engine::StoredPolicy>>> find(Domain domain) override {
        ++finds;
        if (broken) co_return Error(ErrorKind::system, "the disk is on fire");
        const auto found = policies.find(domain.text());
        std::optional<engine::StoredPolicy> policy;
        if (found != policies.end()) policy = dated(found->second, lag_);
        co_return policy;
    }
    void save(engine::StoredPolicy policy) override {
        ++saves;
        policy = dated(std::move(policy), -lag_);
        const std::string domain = policy.domain;
        if (!broken) policies.insert_or_assign(domain, std::move(policy));
    }
    void erase(std::string_view domain) override {
        const auto found = policies.find(domain);
        if (!broken && found != policies.end()) policies.erase(found);
    }
    void mark(std::string_view domain, Time checked, Time used) override {
        ++marks;
        const auto found = policies.find(domain);
        if (broken || found == policies.end()) return;
        found->second.checked = checked;
        found->second.used = used;
    }
    boost::asio::awaitable<Result<Page>> page(std::string from) override {
        ++pages;
        if (broken) co_return Error(ErrorKind::system, "the disk is on fire");
        std::vector<engine::StoredPolicy> all;
        for (const auto& [domain, policy] : policies)
            all.push_back(policy);
        std::stable_sort(all.begin(), all.end(),
                         [](const auto& a, const auto& b) { return a.used > b.used; });
        const std::size_t begin = from.empty() ? 0 : std::stoul(from);
        const std::size_t end = std::min(begin + page_size, all.size());
        Page page;
        for (std::size_t i = begin; i < end; ++i)
            page.policies.push_back(dated(all[i], lag_));
        if (end < all.size()) page.next = std::to_string(end);
        co_return page;
    }
    bool reliable() const noexcept override { return !broken; }
    std::uint64_t generation() const noexcept override { return generation_; }
    Time misdated_until() const noexcept override { return misdated_until_; }

    /// As after a damaged file was set aside.
    void begin_anew() {
        policies.clear();
        ++generation_;
    }

    /// As after a start of the machine without a clock: what was fetched until now passes for younger.
    void clock_is_behind(Time now, Duration by) {
        since_ = now;
        lag_ = by;
    }
    void clock_is_set() {
        misdated_until_ = since_;
        lag_ = Duration(0);
    }

    std::map<std::string, engine::StoredPolicy, std::less<>> policies;  // as old as they are
    bool broken = false;
    std::size_t page_size = 2;
    std::size_t finds = 0;
    std::size_t saves = 0;
    std::size_t marks = 0;
    std::size_t pages = 0;

private:
    engine::StoredPolicy dated(engine::StoredPolicy policy, Duration shift) const {
        if (policy.fetched > since_) return policy;
        policy.fetched += shift;
        policy.expires += shift;
        return policy;
    }

    std::uint64_t generation_ = 1;
    Time since_{Time::min()};
    Duration lag_{0};
    Time misdated_until_{Time::min()};
};

/// What a fleet knows, in a map. While `broken`, it knows nothing and keeps nothing. Used on one loop.
class ScriptedSharedStore final : public engine::SharedStore {
public:
    boost::asio::awaitable<Result<std::optional<engine::StoredPolicy>>> find(Domain domain) override {
        ++finds;
        if (broken) co_return Error(ErrorKind::system, "no connection");
        const auto found = policies.find(domain.text());
        std::optional<engine::StoredPolicy> policy;
        if (found != policies.end()) policy = found->second;
        co_return policy;
    }
    void publish(engine::StoredPolicy policy) override {
        const auto before = policies.find(policy.domain);
        if (broken || (before != policies.end() && before->second.fetched > policy.fetched)) return;
        const std::string domain = policy.domain;
        if (policy.expires <= policy.fetched)
            policies.erase(domain);
        else
            policies.insert_or_assign(domain, std::move(policy));
    }
    bool erase(std::string_view domain) override {
        const auto found = policies.find(domain);
        if (!broken && found != policies.end()) policies.erase(found);
        return !broken;
    }

    std::map<std::string, engine::StoredPolicy, std::less<>> policies;
    bool broken = false;
    std::size_t finds = 0;
};

}  // namespace tlspolicy::fakes
