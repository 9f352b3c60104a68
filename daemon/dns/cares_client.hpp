#pragma once

#include "base/clock.hpp"
#include "dns/settings.hpp"
#include "engine/ports.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace tlspolicy::dns {

class Lookup;
class LookupQueue;
class ResolvConfWatch;
class Upstreams;
struct Question;

/// The engine's DNS, on c-ares. No thread, no blocking call; everything, the destructor included, happens on
/// the network loop.
///
/// An error has kind `dns` and says what was asked, what came and from whom: "TXT _mta-sts.example.com:
/// SERVFAIL from 127.0.0.1". Terminal cancellation ends the waiter at once. At most 1,000 questions are
/// under way; more wait for their turn within their own time-out.
class CaresClient final : public engine::DnsClient {
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

private:
    void use_servers();
    std::shared_ptr<Lookup> prepare(Question question);

    boost::asio::any_io_executor network_;
    const Clock& clock_;
    Settings settings_;
    std::unique_ptr<ResolvConfWatch> resolv_conf_;  ///< empty where servers are configured
    std::shared_ptr<LookupQueue> queue_;
    std::shared_ptr<Upstreams> upstreams_;
    std::vector<std::weak_ptr<Upstreams>> former_;  ///< with lookups under way, perhaps
};

}  // namespace tlspolicy::dns
