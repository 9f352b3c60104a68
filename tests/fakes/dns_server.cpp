#include "fakes/dns_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <set>

namespace tlspolicy::fakes {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using Bytes = std::vector<std::uint8_t>;

/// What outlives the server until its last handler has run.
struct DnsServer::Sockets : std::enable_shared_from_this<DnsServer::Sockets> {
    Sockets(const asio::any_io_executor& executor, Tcp tcp_wanted, std::uint16_t port_wanted);

    void receive();
    void accept();
    void close();
    DnsReaction react(std::span<const std::uint8_t> query, DnsTransport transport) {
        const std::lock_guard lock(mutex);
        return zone.react(query, transport);
    }

    mutable std::mutex mutex;  // guards zone and ports
    DnsZone zone;
    std::set<std::uint16_t> ports;
    udp::socket datagrams;
    tcp::acceptor connections;
    std::uint16_t port = 0;
    std::array<std::uint8_t, 4096> buffer{};
    udp::endpoint sender;
    std::vector<std::weak_ptr<Session>> sessions;
};

/// One TCP connection, query after query.
class DnsServer::Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, std::shared_ptr<Sockets> server)
        : socket_(std::move(socket)), server_(std::move(server)) {}

    void read() {
        asio::async_read(socket_, asio::buffer(length_),
                         [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                             if (!error) self->read_query();
                         });
    }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

private:
    void read_query() {
        query_.resize(static_cast<std::size_t>(length_[0] << 8U | length_[1]));
        asio::async_read(socket_, asio::buffer(query_),
                         [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                             if (!error) self->answer();
                         });
    }

    void answer() {
        const DnsReaction reaction = server_->react(query_, DnsTransport::tcp);
        reply_.clear();
        for (const Bytes& message : reaction.messages) {
            reply_.push_back(static_cast<std::uint8_t>(message.size() >> 8U));
            reply_.push_back(static_cast<std::uint8_t>(message.size() & 0xffU));
            reply_.insert(reply_.end(), message.begin(), message.end());
        }
        if (reaction.cut) reply_.resize(reply_.size() / 2);
        asio::async_write(socket_, asio::buffer(reply_),
                          [self = shared_from_this(), close = reaction.close](boost::system::error_code error,
                                                                              std::size_t) {
                              if (error || close) return self->close();
                              self->read();
                          });
    }

    tcp::socket socket_;
    std::shared_ptr<Sockets> server_;
    std::array<std::uint8_t, 2> length_{};
    Bytes query_;
    Bytes reply_;
};

DnsServer::Sockets::Sockets(const asio::any_io_executor& executor, Tcp tcp_wanted, std::uint16_t port_wanted)
    : datagrams(executor), connections(executor) {
    const auto loopback = asio::ip::address_v4::loopback();
    for (;;) {  // until a port is free for both
        datagrams = udp::socket(datagrams.get_executor(), udp::endpoint(loopback, port_wanted));
        port = datagrams.local_endpoint().port();
        connections = tcp::acceptor(connections.get_executor(), tcp::v4());
        boost::system::error_code taken;
        connections.bind({loopback, port}, taken);
        if (!taken) break;
    }
    if (tcp_wanted == Tcp::listen)
        connections.listen();
    else
        connections.close();
    datagrams.non_blocking(true);
    datagrams.set_option(asio::socket_base::receive_buffer_size(1024 * 1024));
}

void DnsServer::Sockets::receive() {
    datagrams.async_receive_from(
        asio::buffer(buffer), sender,
        [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
            if (error == asio::error::operation_aborted || !self->datagrams.is_open()) return;
            if (!error) {
                {
                    const std::lock_guard lock(self->mutex);
                    self->ports.insert(self->sender.port());
                }
                const auto reaction = self->react(std::span(self->buffer).first(size), DnsTransport::udp);
                boost::system::error_code ignored;  // a client that has gone away
                for (const Bytes& message : reaction.messages)
                    self->datagrams.send_to(asio::buffer(message), self->sender, 0, ignored);
            }
            self->receive();
        });
}

void DnsServer::Sockets::accept() {
    if (!connections.is_open()) return;
    connections.async_accept(
        [self = shared_from_this()](boost::system::error_code error, tcp::socket socket) {
            if (error) return;
            std::erase_if(self->sessions, [](const auto& session) { return session.expired(); });
            const auto session = std::make_shared<Session>(std::move(socket), self);
            self->sessions.push_back(session);
            session->read();
            self->accept();
        });
}

void DnsServer::Sockets::close() {
    boost::system::error_code ignored;
    datagrams.close(ignored);
    connections.close(ignored);
    for (const auto& weak : sessions)
        if (const auto session = weak.lock()) session->close();
}

DnsServer::DnsServer(const asio::any_io_executor& executor, Tcp tcp_wanted, std::uint16_t port_wanted)
    : sockets_(std::make_shared<Sockets>(executor, tcp_wanted, port_wanted)) {
    sockets_->receive();
    sockets_->accept();
}

DnsServer::~DnsServer() {
    sockets_->close();
}

dns::NameServer DnsServer::address() const {
    return {IpAddress::v4({127, 0, 0, 1}), sockets_->port};
}

void DnsServer::set(std::string_view name, DnsType type, std::vector<DnsRecord> records) {
    const std::lock_guard lock(sockets_->mutex);
    sockets_->zone.set(name, type, std::move(records));
}

void DnsServer::set(std::string_view name, DnsRecord record) {
    const DnsType type = record.type;
    std::vector<DnsRecord> records;
    records.push_back(std::move(record));
    set(name, type, std::move(records));
}

void DnsServer::remove(std::string_view name) {
    const std::lock_guard lock(sockets_->mutex);
    sockets_->zone.remove(name);
}

void DnsServer::misbehave(std::string_view name, DnsFault fault) {
    const std::lock_guard lock(sockets_->mutex);
    sockets_->zone.misbehave(name, fault);
}

void DnsServer::misbehave(std::string_view name, DnsType type, DnsFault fault) {
    const std::lock_guard lock(sockets_->mutex);
    sockets_->zone.misbehave(name, type, fault);
}

void DnsServer::set_soa(std::uint32_t ttl, std::uint32_t minimum) {
    const std::lock_guard lock(sockets_->mutex);
    sockets_->zone.set_soa(ttl, minimum);
}

unsigned DnsServer::queries(std::string_view name) const {
    const std::lock_guard lock(sockets_->mutex);
    return sockets_->zone.queries(name);
}

unsigned DnsServer::queries(std::string_view name, DnsTransport transport) const {
    const std::lock_guard lock(sockets_->mutex);
    return sockets_->zone.queries(name, transport);
}

std::size_t DnsServer::client_ports() const {
    const std::lock_guard lock(sockets_->mutex);
    return sockets_->ports.size();
}

}  // namespace tlspolicy::fakes
