#pragma once

#include "base/clock.hpp"
#include "dns/exchange.hpp"
#include "dns/lookup.hpp"
#include "dns/settings.hpp"
#include "engine/dane_ports.hpp"
#include "engine/ports.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

namespace tlspolicy::dns {

class LookupQueue;
class ResolvConfWatch;
class Upstreams;

/// The engine's DNS, on c-ares. No thread, no blocking call; everything, the destructor included, happens on
/// the network loop.
///
/// An error has kind `dns` and says what was asked, what came and from whom: "TXT _mta-sts.example.com:
/// SERVFAIL from 127.0.0.1". Terminal cancellation ends the waiter at once. At most 1,000 questions are
/// under way; more wait for their turn within their own time-out.
class CaresClient final : public engine::DnsClient, public engine::DaneDns {
public:
    /// `clock` outlives this; it times how often resolv.conf is looked at.
    CaresClient(boost::asio::any_io_executor network, const Clock& clock, Settings settings);
    /// Ends the lookups still under way as cancelled.
    ~CaresClient() override;
    CaresClient(const CaresClient&) = delete;
    CaresClient& operator=(const CaresClient&) = delete;

    /// For lookups from now on; those under way finish under the old settings.
    void configure(Settings settings);

    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain name) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain host) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::MxRecords>> mx(Domain domain) override;
    boost::asio::awaitable<engine::HostRecords> host(Domain host) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::TlsaRecords>> tlsa(Domain name) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::AliasRecord>> alias(Domain name) override;

    /// Whether the servers validate, and are believed: asks for what the root zone signs.
    boost::asio::awaitable<Result<bool>> validates();

    /// Hears that other servers are asked from now on, or in another way.
    void on_change(std::function<void()> heard) { on_change_ = std::move(heard); }

    /// Has what passes on the wire from now on told to `observer`, which outlives this.
    void observe(QueryObserver& observer) { observer_ = &observer; }

private:
    using Families = std::pair<LookupResult, LookupResult>;  // IPv6, IPv4

    void use_servers();
    boost::asio::awaitable<Families> both_families(Domain host, Edns edns);
    std::shared_ptr<Lookup> prepare(Question question, Edns edns);
    std::shared_ptr<Lookup> prepare(const Domain& name, RecordType type, Edns edns);

    boost::asio::any_io_executor network_;
    const Clock& clock_;
    Settings settings_;
    std::unique_ptr<ResolvConfWatch> resolv_conf_;  ///< empty where servers are configured
    std::shared_ptr<LookupQueue> queue_;
    std::shared_ptr<Upstreams> upstreams_;
    QueryObserver* observer_ = nullptr;
    std::function<void()> on_change_;
    std::vector<std::weak_ptr<Upstreams>> former_;  ///< with lookups under way, perhaps
};

}  // namespace tlspolicy::dns
