#pragma once

#include "base/error.hpp"
#include "dns/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <span>

struct ares_channeldata;

namespace tlspolicy::dns {

enum class Transport : std::uint8_t {
    udp,        ///< queries carry an OPT record
    udp_plain,  ///< for a server that does not know EDNS
    tcp,
};

/// Which query an answer belongs to.
struct Origin {
    std::uint8_t server = 0;  ///< index of the server among those of the configuration
    Transport transport = Transport::udp;
};

/// The answer to one query, or that there will be none. Called once, on the network loop, never from within
/// send().
class AnswerSink {
public:
    enum class Failure : std::uint8_t {
        silent,       ///< nothing came in time, or the channel was shut
        unreachable,  ///< the connection was refused, reset or impossible
        garbled,      ///< c-ares could not make sense of the answer
    };
    virtual ~AnswerSink() = default;
    /// `message` is the answer to the query sent, by its id and question; valid during the call.
    virtual void answered(std::span<const std::uint8_t> message, Origin origin) = 0;
    virtual void failed(Failure failure, Origin origin) = 0;
};

/// One ares_channel to one server by one transport, with its sockets on Asio: the only file that calls
/// c-ares. It matches answers to queries, renews sockets and keeps TCP in frames; which server to ask, when
/// to ask again and what an answer means is decided above it. A server and transport each have their own,
/// because c-ares fails all that is under way to a server when one connection of it fails.
///
/// Used on the network loop alone. A channel lives on by itself until its last query has ended.
class CaresChannel : public std::enable_shared_from_this<CaresChannel> {
public:
    /// `patience`: when c-ares gives a query up.
    static Result<std::shared_ptr<CaresChannel>> open(const boost::asio::any_io_executor& executor,
                                                      const NameServer& server, Transport transport,
                                                      Duration patience);
    ~CaresChannel();
    CaresChannel(const CaresChannel&) = delete;
    CaresChannel& operator=(const CaresChannel&) = delete;

    /// `server` comes back with the answer.
    void send(std::span<const std::uint8_t> query, std::shared_ptr<AnswerSink> sink, std::uint8_t server);

    /// Ends all queries as `silent`; what is left of the channel goes with its last owner.
    void shut();

private:
    struct Pending;
    struct Socket;
    struct Calls;  // c-ares' callbacks

    CaresChannel(const boost::asio::any_io_executor& executor, const NameServer& server, Transport transport);
    Result<void> start(Duration patience);
    void on_socket_state(int fd, bool wants_read, bool wants_write);
    enum class Direction : std::uint8_t { read, write };
    void wait(const std::shared_ptr<Socket>& socket, Direction direction);
    void on_ready(const std::shared_ptr<Socket>& socket, Direction direction);
    void start_ticking();
    void end(const Pending& pending, int status, std::span<const std::uint8_t> message);

    boost::asio::any_io_executor executor_;
    NameServer server_;
    Transport transport_;
    ares_channeldata* channel_ = nullptr;
    std::map<int, std::shared_ptr<Socket>> sockets_;
    boost::asio::steady_timer ticker_;
    std::size_t pending_ = 0;
    bool ticking_ = false;
    bool sending_ = false;
};

}  // namespace tlspolicy::dns
