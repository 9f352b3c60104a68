#pragma once

#include "dns/settings.hpp"
#include "fakes/dns_zone.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace tlspolicy::fakes {

/// A DNS server on 127.0.0.1, UDP and TCP on one port, which it picks unless it is told one. It answers as a
/// recursive server would that knows only its own zone, and misbehaves on order, name by name. Script and
/// counters may be used from any thread; it is destroyed on the executor's thread, or when that runs no more.
class DnsServer {
public:
    enum class Tcp : std::uint8_t { listen, refuse };

    explicit DnsServer(const boost::asio::any_io_executor& executor, Tcp tcp = Tcp::listen,
                       std::uint16_t port = 0);
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    dns::NameServer address() const;

    void set(std::string_view name, DnsType type, std::vector<DnsRecord> records);
    /// One record: its type is the record's.
    void set(std::string_view name, DnsRecord record);
    void remove(std::string_view name);
    void misbehave(std::string_view name, DnsFault fault);
    void misbehave(std::string_view name, DnsType type, DnsFault fault);
    void set_soa(std::uint32_t ttl, std::uint32_t minimum);
    unsigned queries(std::string_view name) const;
    unsigned queries(std::string_view name, DnsTransport transport) const;
    /// How many UDP ports of clients have been seen.
    std::size_t client_ports() const;

private:
    struct Sockets;
    class Session;
    std::shared_ptr<Sockets> sockets_;
};

}  // namespace tlspolicy::fakes
