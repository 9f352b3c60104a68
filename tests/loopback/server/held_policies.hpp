#pragma once

#include "async/event.hpp"
#include "engine/ports.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::test {

/// A world in which every domain has a policy: "enforce, mx.<domain>". But none.* have no record, big.* name
/// a few hundred MX hosts, and records of held.* are not answered before release().
class HeldPolicies final : public engine::DnsClient, public engine::PolicyFetcher {
public:
    static constexpr int many_mx = 500;

    explicit HeldPolicies(const boost::asio::any_io_executor& network) : network_(network), gate_(network) {}

    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain name) override {
        using Answer = engine::DnsAnswer<engine::TxtRecords>;
        constexpr std::string_view label = "_mta-sts.";
        const std::string_view domain = name.text().substr(label.size());
        if (domain.starts_with("held.")) {
            note_question();
            co_await gate_.wait();
        }
        if (domain.starts_with("none.")) {
            const engine::Absent none;
            co_return Answer(none);
        }
        engine::TxtRecords records;
        records.texts.emplace_back("v=STSv1; id=1;");
        records.ttl = std::chrono::hours(1);
        co_return Answer(std::move(records));
    }

    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain host) override {
        const Error unasked(ErrorKind::dns, std::string(host.text()) + ": nobody asks for addresses here");
        co_return engine::DnsAnswer<engine::HostAddresses>(unasked);
    }

    boost::asio::awaitable<Result<std::string>> fetch(Domain policy_domain) override {
        const std::string domain(policy_domain.text());
        std::string body = "version: STSv1\nmode: enforce\nmax_age: 86400\n";
        if (domain.starts_with("big."))
            for (int i = 0; i < many_mx; ++i)
                body += "mx: mx" + std::to_string(i) + '.' + domain + '\n';
        else
            body += "mx: mx." + domain + '\n';
        co_return Result<std::string>(std::move(body));
    }

    // From any thread:
    void release() {
        boost::asio::post(network_, [this] { gate_.set(); });
    }
    /// Until that many questions have come for held.*; false after ten seconds.
    bool wait_for_questions(std::size_t wanted) {
        std::unique_lock lock(mutex_);
        return asked_.wait_for(lock, std::chrono::seconds(10), [&] { return questions_ >= wanted; });
    }

private:
    void note_question() {
        const std::lock_guard lock(mutex_);
        ++questions_;
        asked_.notify_all();
    }

    boost::asio::any_io_executor network_;
    async::Event gate_;
    std::mutex mutex_;
    std::condition_variable asked_;
    std::size_t questions_ = 0;
};

}  // namespace tlspolicy::test
