#pragma once

#include "fakes/tcp_server.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace tlspolicy::fakes {

/// An HTTP proxy that answers CONNECT. A tunnel always leads to one loopback address, whatever was asked for,
/// and to the port that was asked for. Safe from any thread.
class ConnectProxy {
public:
    explicit ConnectProxy(const IpAddress& address);

    std::uint16_t port() const noexcept { return tcp_.port(); }
    const TcpServer& tcp() const noexcept { return tcp_; }
    /// The headers of every request, as they came.
    std::vector<std::string> requests() const;
    /// What is said to a CONNECT from now on; a tunnel is opened only where it begins with "HTTP/1.1 200".
    /// Empty: nothing is said.
    void answer(std::string reply);

private:
    void serve(PeerSocket& client);
    void relay(PeerSocket& client, const std::string& request);

    mutable std::mutex mutex_;
    std::string reply_ = "HTTP/1.1 200 Connection established\r\n\r\n";
    std::vector<std::string> requests_;
    IpAddress address_;
    TcpServer tcp_;  // last: its threads use the others
};

}  // namespace tlspolicy::fakes
