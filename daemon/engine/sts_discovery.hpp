#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "cache/entry.hpp"
#include "cache/policy_pool.hpp"
#include "engine/learning.hpp"
#include "engine/ports.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>

namespace tlspolicy::engine {

/// RFC 8461, 3: one walk from a domain to its policy: TXT record, and where it calls for it, the fetch. It
/// learns nothing itself; what it brings goes to learn(). Used on the network loop.
class StsDiscovery {
public:
    StsDiscovery(DnsClient& dns, PolicyFetcher& fetcher, const Clock& clock)
        : dns_(dns), fetcher_(fetcher), clock_(clock) {}

    /// `before`: what is known so far; null: nothing.
    boost::asio::awaitable<Outcome> run(Domain domain, std::shared_ptr<const cache::Entry> before,
                                        Reason reason);

    cache::PolicyPool& pool() noexcept { return pool_; }

private:
    boost::asio::awaitable<RecordOutcome> look_up_record(Domain domain);
    Result<std::shared_ptr<const cache::KnownPolicy>> read(Result<std::string> body);

    DnsClient& dns_;
    PolicyFetcher& fetcher_;
    const Clock& clock_;
    cache::PolicyPool pool_;
};

}  // namespace tlspolicy::engine
