#pragma once

#include "dane/tlsa.hpp"
#include "engine/ports.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// What DANE needs of DNS, beside what MTA-STS needs (engine/ports.hpp). `secure`: validated by DNSSEC all
/// the way, as told by a resolver that is believed (CONFORMANCE, DANE-1). Names are text as a reply has it:
/// lower-case, without the last dot.
namespace tlspolicy::engine {

struct MxRecords {
    struct Exchange {
        std::uint16_t preference = 0;
        std::string host = {};  ///< empty: a null MX (RFC 7505)
    };
    std::vector<Exchange> exchanges;
    Duration ttl{};  ///< the least on the path, CNAMEs included, here and below
    bool secure = false;
};

struct AddressRecords {
    std::vector<IpAddress> addresses;
    std::string owner;  ///< where the CNAMEs end
    Duration ttl{};
    bool secure = false;
};

struct TlsaRecords {
    std::vector<dane::Tlsa> records;
    Duration ttl{};
    bool secure = false;
};

struct AliasRecord {
    std::string target;
    Duration ttl{};
    bool secure = false;
};

/// The two families of one host.
struct HostRecords {
    DnsAnswer<AddressRecords> v6;
    DnsAnswer<AddressRecords> v4;
};

class DaneDns {
public:
    virtual ~DaneDns() = default;
    virtual boost::asio::awaitable<DnsAnswer<MxRecords>> mx(Domain domain) = 0;
    /// A and AAAA in parallel.
    virtual boost::asio::awaitable<HostRecords> host(Domain host) = 0;
    virtual boost::asio::awaitable<DnsAnswer<TlsaRecords>> tlsa(Domain name) = 0;
    /// The CNAME at this very name, not followed.
    virtual boost::asio::awaitable<DnsAnswer<AliasRecord>> alias(Domain name) = 0;
};

}  // namespace tlspolicy::engine
