#pragma once

#include "base/clock.hpp"
#include "engine/ports.hpp"
#include "https/fetch_trace.hpp"
#include "https/settings.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>

namespace tlspolicy::https {

/// Fetches policies over HTTPS as RFC 8461, 3.3 demands (STS-20 to STS-24, STS-27). Lives on the network
/// loop; outlives every fetch.
class HttpsPolicyFetcher final : public engine::PolicyFetcher {
public:
    /// Where the settings cannot be used, fetches fail with that error until configure() brings better ones
    /// or the trusted roots become readable.
    HttpsPolicyFetcher(boost::asio::any_io_executor network, const Clock& clock, engine::DnsClient& dns,
                       Settings settings);
    ~HttpsPolicyFetcher() override;

    /// Fails where the trusted roots cannot be read or the proxy's host is none.
    Result<void> usable();

    /// A fetcher that is usable.
    static Result<std::unique_ptr<HttpsPolicyFetcher>> create(boost::asio::any_io_executor network,
                                                              const Clock& clock, engine::DnsClient& dns,
                                                              Settings settings);

    /// For the fetches that start from now on. Changes nothing where it fails, as usable() does.
    Result<void> configure(Settings settings);

    boost::asio::awaitable<Result<std::string>> fetch(Domain policy_domain) override;

    /// More of a host's addresses are not tried: whoever publishes thousands has us knock at no strangers'
    /// doors.
    static constexpr std::size_t max_addresses = 8;
    /// The same, but each of the host's addresses has its turn, whatever the others say: for whoever wants to
    /// know how they all do, and observes. The first policy is the result.
    boost::asio::awaitable<Result<std::string>> fetch_everywhere(Domain policy_domain);

    /// Has each attempt from now on told to `observer`, which outlives them.
    void observe(FetchObserver& observer);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tlspolicy::https
