#include "dns/cares_channel.hpp"

#include "dns/defuse.hpp"

#include <ares.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

// c-ares 1.34 (Debian 13) deprecates calls whose successors 1.18 (Debian 12) does not have.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace tlspolicy::dns {
namespace {

constexpr Duration tick_interval = std::chrono::milliseconds(500);
constexpr int receive_buffer = 1024 * 1024;  // the kernel caps it; a burst of answers must fit

constexpr bool datagram_needs_defusing = ARES_VERSION >= 0x011300;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

SocketAddress address_of(const NameServer& server) {
    SocketAddress address;
    if (server.address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(server.port);
        std::memcpy(&v4.sin_addr, server.address.v4_octets().data(), sizeof v4.sin_addr);
        std::memcpy(&address.storage, &v4, sizeof v4);
        address.size = sizeof v4;
        return address;
    }
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(server.port);
    std::memcpy(&v6.sin6_addr, server.address.octets().data(), sizeof v6.sin6_addr);
    if (!server.scope.empty()) v6.sin6_scope_id = if_nametoindex(server.scope.c_str());
    std::memcpy(&address.storage, &v6, sizeof v6);
    address.size = sizeof v6;
    return address;
}

/// c-ares is told this server, whatever the real one is, and sees this sender: 1.18 cannot carry the scope
/// of a link-local address. Our own connect() and recv() know better, and the kernel drops what comes to a
/// connected socket from elsewhere.
sockaddr_in stand_in() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(53);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

struct CaresChannel::Socket {
    explicit Socket(const boost::asio::any_io_executor& executor) : descriptor(executor) {}

    boost::asio::posix::stream_descriptor descriptor;
    int fd = -1;
    bool wants_read = false;
    bool wants_write = false;
    bool waits_read = false;
    bool waits_write = false;
};

/// What a query under way needs; owned by c-ares as its void* until the callback.
struct CaresChannel::Pending {
    CaresChannel& channel;
    std::shared_ptr<AnswerSink> sink;
    Origin origin;
};

struct CaresChannel::Calls {
    static CaresChannel& self(void* data) { return *static_cast<CaresChannel*>(data); }

    static void socket_state(void* data, ares_socket_t fd, int readable, int writable) {
        self(data).on_socket_state(fd, readable != 0, writable != 0);
    }

    static void answer(void* arg, int status, int /*timeouts*/, unsigned char* message, int length) {
        const std::unique_ptr<Pending> pending(static_cast<Pending*>(arg));
        std::span<const std::uint8_t> bytes;
        if (message != nullptr && length > 0) bytes = {message, static_cast<std::size_t>(length)};
        pending->channel.end(*pending, status, bytes);
    }

    static ares_socket_t open(int /*family*/, int type, int /*protocol*/, void* data) {
        const int family = self(data).server_.address.is_v4() ? AF_INET : AF_INET6;
        const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd >= 0 && type == SOCK_DGRAM)
            ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        return fd;
    }

    static int close(ares_socket_t fd, void* data) {
        self(data).on_socket_state(fd, false, false);
        return ::close(fd);
    }

    static int connect(ares_socket_t fd, const sockaddr* /*stand_in*/, ares_socklen_t, void* data) {
        const SocketAddress to = address_of(self(data).server_);
        return ::connect(fd, reinterpret_cast<const sockaddr*>(&to.storage), to.size);
    }

    static ares_ssize_t receive(ares_socket_t fd, void* buffer, std::size_t size, int flags, sockaddr* from,
                                ares_socklen_t* from_size, void* data) {
        ares_ssize_t count = 0;
        do {  // c-ares takes an empty datagram for the end of a connection
            count = ::recv(fd, buffer, size, flags);
            if (datagram_needs_defusing && count > 0 && self(data).transport_ != Transport::tcp)
                count = static_cast<ares_ssize_t>(
                    defuse({static_cast<std::uint8_t*>(buffer), static_cast<std::size_t>(count)}));
        } while (count == 0 && self(data).transport_ != Transport::tcp);
        if (from != nullptr && from_size != nullptr) {
            const sockaddr_in sender = stand_in();
            const auto room = std::min<std::size_t>(*from_size, sizeof sender);
            std::memcpy(from, &sender, room);
            *from_size = static_cast<ares_socklen_t>(sizeof sender);
        }
        return count;
    }

    static ares_ssize_t send(ares_socket_t fd, const iovec* pieces, int count, void* /*data*/) {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(pieces);
        message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(count);
        return ::sendmsg(fd, &message, MSG_NOSIGNAL);
    }

    static constexpr ares_socket_functions functions{open, close, connect, receive, send};
};

CaresChannel::CaresChannel(const boost::asio::any_io_executor& executor, const NameServer& server,
                           Transport transport)
    : executor_(executor), server_(server), transport_(transport), ticker_(executor) {}

CaresChannel::~CaresChannel() {
    if (channel_ != nullptr) ares_destroy(channel_);
}

Result<std::shared_ptr<CaresChannel>> CaresChannel::open(const boost::asio::any_io_executor& executor,
                                                         const NameServer& server, Transport transport,
                                                         Duration patience) {
    std::shared_ptr<CaresChannel> channel(new CaresChannel(executor, server, transport));
    auto started = channel->start(patience);
    if (!started) return started.error();
    return channel;
}

Result<void> CaresChannel::start(Duration patience) {
    static const int library = ares_library_init(ARES_LIB_INIT_ALL);
    ares_options options{};
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SERVERS
               | ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ;
    // All answers are to come through, truncated and failed ones too. Without ARES_FLAG_EDNS, 1.18 cuts
    // answers at 512 octets; the OPT record itself is in our own queries.
    options.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC;
    if (transport_ == Transport::udp) options.flags |= ARES_FLAG_EDNS;
    if (transport_ == Transport::tcp) options.flags |= ARES_FLAG_USEVC;
    // A new socket per query keeps the source port unguessable (RFC 5452, 9.2); on loopback nobody guesses.
    if (server_.address.is_loopback() && transport_ != Transport::tcp) options.flags |= ARES_FLAG_STAYOPEN;
    options.ednspsz = 4096;
    options.timeout = static_cast<int>(patience.count());
#if ARES_VERSION >= 0x012000
    options.tries =
        6;  // from 1.32 on the first pause is 250 ms where the server has been quick, whatever we say
#else
    options.tries = 1;
#endif
    in_addr server = stand_in().sin_addr;
    options.servers = &server;
    options.nservers = 1;
    options.sock_state_cb = &Calls::socket_state;
    options.sock_state_cb_data = this;
    // Nothing is to come from the system's files: not read where all of this is set.
    char lookups[] = "b";
    options.lookups = lookups;
    options.ndots = 1;
    mask |= ARES_OPT_LOOKUPS | ARES_OPT_NDOTS | ARES_OPT_DOMAINS | ARES_OPT_SORTLIST;
#ifdef ARES_OPT_RESOLVCONF
    char no_file[] = "/dev/null";
    options.resolvconf_path = no_file;
    mask |= ARES_OPT_RESOLVCONF;
#endif
#ifdef ARES_OPT_QUERY_CACHE
    options.qcache_max_ttl = 0;  // the daemon has its own
    mask |= ARES_OPT_QUERY_CACHE;
#endif
    const int status = library != ARES_SUCCESS ? library : ares_init_options(&channel_, &options, mask);
    if (status != ARES_SUCCESS) {
        channel_ = nullptr;
        return Error(ErrorKind::system, std::string("c-ares: ") + ares_strerror(status));
    }
    ares_set_socket_functions(channel_, &Calls::functions, this);
    return {};
}

void CaresChannel::send(std::span<const std::uint8_t> query, std::shared_ptr<AnswerSink> sink,
                        std::uint8_t server) {
    auto pending = std::unique_ptr<Pending>(new Pending{*this, std::move(sink), {server, transport_}});
    ++pending_;
    start_ticking();
    sending_ = true;
    ares_send(channel_, query.data(), static_cast<int>(query.size()), &Calls::answer, pending.release());
    sending_ = false;
}

void CaresChannel::end(const Pending& pending, int status, std::span<const std::uint8_t> message) {
    --pending_;
    if (status == ARES_SUCCESS) return pending.sink->answered(message, pending.origin);
    AnswerSink::Failure failure = AnswerSink::Failure::unreachable;
    if (status == ARES_ETIMEOUT || status == ARES_ECANCELLED || status == ARES_EDESTRUCTION)
        failure = AnswerSink::Failure::silent;
    if (status == ARES_EBADRESP) failure = AnswerSink::Failure::garbled;
    if (!sending_) return pending.sink->failed(failure, pending.origin);
    boost::asio::post(executor_, [sink = pending.sink, failure, origin = pending.origin] {
        sink->failed(failure, origin);
    });
}

void CaresChannel::shut() {
    const auto self = shared_from_this();
    ares_cancel(channel_);
    ticker_.cancel();
}

void CaresChannel::on_socket_state(int fd, bool wants_read, bool wants_write) {
    const auto found = sockets_.find(fd);
    if (!wants_read && !wants_write) {
        if (found == sockets_.end()) return;
        found->second->wants_read = found->second->wants_write = false;
        found->second->descriptor.release();  // the descriptor is c-ares' to close
        sockets_.erase(found);
        return;
    }
    std::shared_ptr<Socket> socket;
    if (found != sockets_.end()) {
        socket = found->second;
    } else {
        socket = std::make_shared<Socket>(executor_);
        boost::system::error_code refused;
        socket->descriptor.assign(fd, refused);
        if (refused) return;  // no room in epoll: the query ends as silent
        socket->fd = fd;
        sockets_.emplace(fd, socket);
    }
    socket->wants_read = wants_read;
    socket->wants_write = wants_write;
    if (wants_read && !socket->waits_read) wait(socket, Direction::read);
    if (wants_write && !socket->waits_write) wait(socket, Direction::write);
}

void CaresChannel::wait(const std::shared_ptr<Socket>& socket, Direction direction) {
    using Descriptor = boost::asio::posix::stream_descriptor;
    const bool read = direction == Direction::read;
    (read ? socket->waits_read : socket->waits_write) = true;
    socket->descriptor.async_wait(
        read ? Descriptor::wait_read : Descriptor::wait_write,
        [weak = weak_from_this(), socket, direction](boost::system::error_code error) {
            const auto self = weak.lock();
            if (self && !error) self->on_ready(socket, direction);
        });
}

void CaresChannel::on_ready(const std::shared_ptr<Socket>& socket, Direction direction) {
    const bool read = direction == Direction::read;
    (read ? socket->waits_read : socket->waits_write) = false;
    // Closed since, and the number may be another socket's by now.
    if (!(read ? socket->wants_read : socket->wants_write)) return;
    ares_process_fd(channel_, read ? socket->fd : ARES_SOCKET_BAD, read ? ARES_SOCKET_BAD : socket->fd);
    if (read && socket->wants_read && !socket->waits_read) wait(socket, Direction::read);
    if (!read && socket->wants_write && !socket->waits_write) wait(socket, Direction::write);
}

/// c-ares clears away what it has given up only when called. The wait also keeps the channel alive while
/// queries are under way.
void CaresChannel::start_ticking() {
    if (ticking_) return;
    ticking_ = true;
    ticker_.expires_after(tick_interval);
    ticker_.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
        self->ticking_ = false;
        if (cancelled) return;
        ares_process_fd(self->channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        if (self->pending_ != 0) self->start_ticking();
    });
}

}  // namespace tlspolicy::dns
