#pragma once

#include "base/domain.hpp"
#include "cache/policy_pool.hpp"
#include "engine/learning.hpp"
#include "engine/ports.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace tlspolicy::engine {

/// RFC 8461, 3: the two steps from a domain to its policy. It learns nothing itself; what it brings goes to
/// learn(). Used on the network loop.
class StsDiscovery {
public:
    using Policy = Result<std::shared_ptr<const cache::KnownPolicy>>;

    StsDiscovery(DnsClient& dns, PolicyFetcher& fetcher) : dns_(dns), fetcher_(fetcher) {}

    boost::asio::awaitable<RecordOutcome> look_up_record(Domain domain);
    /// Where the record calls for it: calls_for_fetch().
    boost::asio::awaitable<Policy> fetch_policy(Domain domain);

    cache::PolicyPool& pool() noexcept { return pool_; }

private:
    DnsClient& dns_;
    PolicyFetcher& fetcher_;
    cache::PolicyPool pool_;
};

}  // namespace tlspolicy::engine
