#pragma once

#include "base/error.hpp"
#include "server/settings.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <string>
#include <sys/types.h>

namespace tlspolicy::server {

/// "127.0.0.1:8461", "[::1]:8461", "unix:/path": as the configuration has it.
std::string name_of(const std::variant<TcpEndpoint, UnixEndpoint>& endpoint);

/// The account of that name, for chown(2); "" leaves it as it is.
Result<uid_t> find_user(const std::string& name);
Result<gid_t> find_group(const std::string& name);

/// A bound and listening TCP socket.
Result<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::io_context& context,
                                                 const TcpEndpoint& endpoint);

/// A bound and listening Unix socket with the mode, owner and group asked for, before anybody can connect.
///
/// A socket that a dead process left at the path is replaced. Whatever else stands there is never touched: a
/// live socket, a file, a symbolic link.
Result<boost::asio::local::stream_protocol::acceptor> listen_on(boost::asio::io_context& context,
                                                                const UnixEndpoint& endpoint);

/// A socket that already listens at the endpoint. Owns the descriptor in any case.
Result<boost::asio::ip::tcp::acceptor> adopt(boost::asio::io_context& context, const TcpEndpoint& endpoint,
                                             int descriptor);
Result<boost::asio::local::stream_protocol::acceptor> adopt(boost::asio::io_context& context,
                                                            const UnixEndpoint& endpoint, int descriptor);

/// Removes the socket at `path`, if it is still the one with this device and inode.
struct SocketFile {
    std::string path;
    dev_t device = 0;
    ino_t inode = 0;

    static SocketFile at(const std::string& path);
    void remove() const;
};

}  // namespace tlspolicy::server
