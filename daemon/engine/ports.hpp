#pragma once

#include "base/clock.hpp"
#include "base/domain.hpp"
#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "cache/entry.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the engine needs of the world. It owns these interfaces as their only consumer; floor 5 implements
/// them. All are used on the network loop alone, and an implementation outlives every call.
namespace tlspolicy::engine {

/// A definite "there is none", kept apart from a lookup that failed (STS-5).
struct Absent {
    enum class Why : std::uint8_t { nxdomain, nodata };
    Why why = Why::nodata;
    /// The SOA minimum that says how long this may be believed (RFC 2308, 5); nullopt where no SOA came.
    std::optional<Duration> ttl;
    bool secure = false;  ///< DNSSEC proves it
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

/// A policy as it is written down: its text, which whoever reads it back parses again, and its times, which
/// may lie before the machine's start. The store converts them: within, it keeps wall clock time.
struct StoredPolicy {
    std::string domain;  ///< Domain::text()
    std::string body;    ///< as fetched
    std::string id;
    Time fetched{};
    Time expires{};                              ///< a reader counts it anew, from the text's max_age
    Time checked{};                              ///< when the record was last seen to carry this id
    Time used{};                                 ///< when it was last asked for
    std::optional<cache::Failure> failure = {};  ///< of the latest recheck or refresh

    friend bool operator==(const StoredPolicy&, const StoredPolicy&) = default;
};

/// What outlives the process (STS-34). A write returns at once, is done in the background within about a
/// second, and is seen by every find() after it. No failure of a store is fatal: it says so itself, once, and
/// tries again.
class PolicyStore {
public:
    virtual ~PolicyStore() = default;

    /// nullopt: it holds none. Fails (kind `system`) where it cannot tell.
    virtual boost::asio::awaitable<Result<std::optional<StoredPolicy>>> find(Domain domain) = 0;
    virtual void save(StoredPolicy policy) = 0;
    virtual void erase(std::string_view domain) = 0;
    /// Writes down when a policy was last looked at and used, and nothing where it holds none.
    virtual void mark(std::string_view domain, Time checked, Time used) = 0;

    /// A part of what it holds, those used last first.
    struct Page {
        std::vector<StoredPolicy> policies;
        std::string next;  ///< where to go on; empty: this was the end
    };
    /// `from`: empty, or Page::next.
    virtual boost::asio::awaitable<Result<Page>> page(std::string from) = 0;

    /// Whether what was saved will be found again, so that memory may let go of it.
    virtual bool reliable() const noexcept = 0;
    /// Changes whenever the store has begun anew, empty: what is known is then to be saved again.
    virtual std::uint64_t generation() const noexcept = 0;
    /// Changes when it turns out that the time of day was wrong: of what was fetched until this time, find()
    /// and page() have made too little of the age before, and tell it right from now on. Time::min(): never.
    virtual Time misdated_until() const noexcept = 0;
};

/// What a fleet of daemons has learnt together. Never waited for longer than a moment, never depended on.
class SharedStore {
public:
    virtual ~SharedStore() = default;

    /// nullopt: it knows none. Fails (kind `system`) where it cannot tell in time.
    virtual boost::asio::awaitable<Result<std::optional<StoredPolicy>>> find(Domain domain) = 0;
    /// In the background; a policy that was fetched later than this one stays. One that expires as it is
    /// fetched (max_age 0) ends what is there instead of being kept.
    virtual void publish(StoredPolicy policy) = 0;
    /// In the background. False: the server cannot be reached now, and keeps what it has.
    virtual bool erase(std::string_view domain) = 0;
};

}  // namespace tlspolicy::engine
