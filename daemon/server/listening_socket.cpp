#include "server/listening_socket.hpp"

#include <boost/asio/ip/v6_only.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Unix = asio::local::stream_protocol;

Error failed(std::string what, int error) {
    return {ErrorKind::system, std::move(what) + ": " + std::generic_category().message(error)};
}

asio::ip::tcp::endpoint to_asio(const TcpEndpoint& endpoint) {
    if (endpoint.address.is_v4()) return {asio::ip::address_v4(endpoint.address.v4_octets()), endpoint.port};
    return {asio::ip::address_v6(endpoint.address.octets()), endpoint.port};
}

bool is_alive(asio::io_context& context, const std::string& path) {
    Unix::socket probe(context, Unix());
    error_code failure;
    probe.non_blocking(true, failure);  // a listener with a full queue would keep us waiting
    probe.connect(Unix::endpoint(path), failure);
    return failure != asio::error::connection_refused;
}

/// Makes way for a socket of ours; touches nothing but a dead socket.
Result<void> clear_path(asio::io_context& context, const std::string& path) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) {
        if (errno == ENOENT) return {};
        return failed("cannot look at it", errno);
    }
    if (!S_ISSOCK(there.st_mode))
        return Error{ErrorKind::system,
                     "something that is not a socket stands there; move it away or choose another path"};
    if (is_alive(context, path))
        return Error{ErrorKind::system, "another process listens there (is tlspolicyd running already?)"};
    if (::unlink(path.c_str()) != 0)
        return failed("cannot remove the socket that a dead process left", errno);
    return {};
}

Result<void> set_owner(const UnixEndpoint& endpoint) {
    const auto user = find_user(endpoint.owner);
    if (!user) return user.error();
    const auto group = find_group(endpoint.group);
    if (!group) return group.error();
    struct stat there {};
    if (::lstat(endpoint.path.c_str(), &there) != 0) return failed("cannot look at it", errno);
    const bool owned = endpoint.owner.empty() || there.st_uid == *user;
    const bool grouped =
        endpoint.group.empty() || there.st_gid == *group;  // as a set-group-ID directory gives it
    if (owned && grouped) return {};
    if (::lchown(endpoint.path.c_str(), *user, *group) != 0)
        return failed("cannot set its owner and group (SERVICE MANAGER in tlspolicyd(8) helps)", errno);
    return {};
}

Result<Unix::acceptor> listen_at(asio::io_context& context, const UnixEndpoint& endpoint) {
    if (auto cleared = clear_path(context, endpoint.path); !cleared) return cleared.error();
    Unix::acceptor acceptor(context);
    error_code failure;
    acceptor.open(Unix(), failure);
    if (failure) return failed("cannot open a socket", failure.value());
    // Nobody can connect before listen(), when mode and owner are as asked. No chmod(2): it follows whatever
    // symbolic link somebody puts there meanwhile.
    const mode_t before = ::umask(static_cast<mode_t>(~endpoint.mode & 0777U));
    acceptor.bind(Unix::endpoint(endpoint.path), failure);
    ::umask(before);
    if (failure) return failed("cannot bind to it", failure.value());
    auto listening = set_owner(endpoint);
    if (listening) {
        acceptor.listen(asio::socket_base::max_listen_connections, failure);
        if (failure) listening = failed("cannot listen", failure.value());
    }
    if (!listening) {
        ::unlink(endpoint.path.c_str());
        return listening.error();
    }
    return acceptor;
}

Result<asio::ip::tcp::acceptor> listen_at(asio::io_context& context,
                                          const asio::ip::tcp::endpoint& endpoint) {
    asio::ip::tcp::acceptor acceptor(context);
    error_code failure;
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) acceptor.set_option(asio::socket_base::reuse_address(true), failure);
    // "[::]" then leaves IPv4 to a listener of its own.
    if (!failure && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), failure);
    if (!failure) acceptor.bind(endpoint, failure);
    if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
    if (failure == asio::error::address_in_use)
        return Error{ErrorKind::system, "another process listens there (is tlspolicyd running already?)"};
    if (failure) return failed("cannot listen", failure.value());
    return acceptor;
}

template <class Protocol>
Result<typename Protocol::acceptor> adopt_as(const Protocol& protocol, asio::io_context& context,
                                             const Endpoint& endpoint, int descriptor) {
    typename Protocol::acceptor acceptor(context);
    error_code failure;
    acceptor.assign(protocol, descriptor, failure);
    if (!failure) return acceptor;
    ::close(descriptor);
    return Error(ErrorKind::system, name_of(endpoint) + ": " + failure.message());
}

}  // namespace

Result<uid_t> find_user(const std::string& name) {
    if (name.empty()) return static_cast<uid_t>(-1);  // chown(2): as it is
    const passwd* user = ::getpwnam(name.c_str());
    if (user == nullptr) return Error{ErrorKind::system, "there is no user \"" + name + "\""};
    return user->pw_uid;
}

Result<gid_t> find_group(const std::string& name) {
    if (name.empty()) return static_cast<gid_t>(-1);
    const group* found = ::getgrnam(name.c_str());
    if (found == nullptr) return Error{ErrorKind::system, "there is no group \"" + name + "\""};
    return found->gr_gid;
}

std::string name_of(const std::variant<TcpEndpoint, UnixEndpoint>& endpoint) {
    if (const auto* local = std::get_if<UnixEndpoint>(&endpoint)) return "unix:" + local->path;
    const auto& tcp = std::get<TcpEndpoint>(endpoint);
    const std::string address = tcp.address.is_v4() ? tcp.address.text() : '[' + tcp.address.text() + ']';
    return address + ':' + std::to_string(tcp.port);
}

Result<asio::ip::tcp::acceptor> listen_on(asio::io_context& context, const TcpEndpoint& endpoint) {
    auto acceptor = listen_at(context, to_asio(endpoint));
    if (!acceptor) return acceptor.error().in(name_of(endpoint));
    return acceptor;
}

Result<Unix::acceptor> listen_on(asio::io_context& context, const UnixEndpoint& endpoint) {
    auto acceptor = listen_at(context, endpoint);
    if (!acceptor) return acceptor.error().in(name_of(endpoint));
    return acceptor;
}

SocketFile SocketFile::at(const std::string& path) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) return {path};
    return {path, there.st_dev, there.st_ino};
}

void SocketFile::remove() const {
    const SocketFile now = at(path);
    if (inode != 0 && now.inode == inode && now.device == device) ::unlink(path.c_str());
}

Result<asio::ip::tcp::acceptor> adopt(asio::io_context& context, const TcpEndpoint& endpoint,
                                      int descriptor) {
    const auto protocol = endpoint.address.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6();
    return adopt_as(protocol, context, endpoint, descriptor);
}

Result<Unix::acceptor> adopt(asio::io_context& context, const UnixEndpoint& endpoint, int descriptor) {
    return adopt_as(Unix(), context, endpoint, descriptor);
}

}  // namespace tlspolicy::server
