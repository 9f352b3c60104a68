#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "base/error.hpp"
#include "base/ip_address.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What the engine needs of the world. It owns these interfaces as their only consumer; floor 4 implements
/// them. All are used on the network loop alone, and an implementation outlives every call.
namespace tlspolicy::engine {

/// A definite "there is none", kept apart from a lookup that failed (STS-5).
struct Absent {
    enum class Why : std::uint8_t { nxdomain, nodata };
    Why why = Why::nodata;
    /// The SOA minimum that says how long this may be believed (RFC 2308, 5); nullopt where no SOA came.
    std::optional<Duration> ttl;
};

/// The TXT records of a name, CNAMEs followed, the strings of each one joined (STS-1).
struct TxtRecords {
    std::vector<std::string> texts;
    Duration ttl{};  ///< the least on the path, CNAMEs included
};

/// The IPv6 and IPv4 addresses of a host, the families taking turns, IPv6 first.
struct HostAddresses {
    std::vector<IpAddress> addresses;
    Duration ttl{};
};

/// Records, or that there are none, or (kind `dns`) why nothing definite could be learnt.
template <class Records>
using DnsAnswer = Result<std::variant<Records, Absent>>;

class DnsClient {
public:
    virtual ~DnsClient() = default;
    virtual boost::asio::awaitable<DnsAnswer<TxtRecords>> txt(Domain name) = 0;
    /// A and AAAA in parallel. Addresses of one family are enough, even where the other's lookup failed.
    virtual boost::asio::awaitable<DnsAnswer<HostAddresses>> addresses(Domain host) = 0;
};

class PolicyFetcher {
public:
    virtual ~PolicyFetcher() = default;
    /// The body of https://mta-sts.<policy_domain>/.well-known/mta-sts.txt, not yet parsed; fails with kind
    /// `fetch` or `webpki` within the fetch deadline (RFC 8461, 3.3).
    virtual boost::asio::awaitable<Result<std::string>> fetch(Domain policy_domain) = 0;
};

}  // namespace tlspolicy::engine
