#pragma once

#include "async/event.hpp"
#include "engine/dane_ports.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tlspolicy::fakes {

/// The DNS that DANE sees, of a few names, which a test may change between calls. What the script does not
/// hold does not exist. Used on one loop.
class ScriptedDaneDns final : public engine::DaneDns {
public:
    template <class Records>
    using Names = std::map<std::string, engine::DnsAnswer<Records>, std::less<>>;

    Names<engine::MxRecords> exchanges;
    Names<engine::AddressRecords> v6;
    Names<engine::AddressRecords> v4;
    Names<engine::TlsaRecords> tlsa_records;
    Names<engine::AliasRecord> aliases;
    std::set<std::string, std::less<>> mute;  ///< questions about these wait until they are cancelled
    std::size_t turns = 0;                    ///< of the loop, that each answer takes
    std::function<void()> on_query;
    std::size_t queries = 0;

    boost::asio::awaitable<engine::DnsAnswer<engine::MxRecords>> mx(Domain domain) override {
        co_await wait_where_mute(domain);
        co_return answer(exchanges, domain);
    }
    boost::asio::awaitable<engine::HostRecords> host(Domain host) override {
        co_await wait_where_mute(host);
        co_return engine::HostRecords{answer(v6, host), answer(v4, host)};
    }
    boost::asio::awaitable<engine::DnsAnswer<engine::TlsaRecords>> tlsa(Domain name) override {
        co_await wait_where_mute(name);
        co_return answer(tlsa_records, name);
    }
    boost::asio::awaitable<engine::DnsAnswer<engine::AliasRecord>> alias(Domain name) override {
        co_await wait_where_mute(name);
        co_return answer(aliases, name);
    }

private:
    boost::asio::awaitable<void> wait_where_mute(Domain name) {
        for (std::size_t turn = 0; turn < turns; ++turn)
            co_await boost::asio::post(boost::asio::use_awaitable);
        if (!mute.contains(name.text())) co_return;
        async::Event never(co_await boost::asio::this_coro::executor);
        co_await never.wait();
    }

    template <class Records>
    engine::DnsAnswer<Records> answer(const Names<Records>& names, const Domain& name) {
        ++queries;
        if (on_query) on_query();
        const auto found = names.find(name.text());
        if (found != names.end()) return found->second;
        return engine::Absent{engine::Absent::Why::nxdomain, std::chrono::minutes(5)};
    }
};

}  // namespace tlspolicy::fakes
