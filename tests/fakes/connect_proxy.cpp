#include "fakes/connect_proxy.hpp"

#include <charconv>
#include <poll.h>

namespace tlspolicy::fakes {
namespace {

std::uint16_t port_asked_for(const std::string& request) {  // "CONNECT host:port HTTP/1.1"
    const auto colon = request.find(':');
    std::uint16_t port = 0;
    if (colon != std::string::npos)
        std::from_chars(request.data() + colon + 1, request.data() + request.size(), port);
    return port;
}

}  // namespace

ConnectProxy::ConnectProxy(const IpAddress& address)
    : address_(address), tcp_(address, 0, [this](PeerSocket& client) { serve(client); }) {}

std::vector<std::string> ConnectProxy::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void ConnectProxy::answer(std::string reply) {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
}

void ConnectProxy::serve(PeerSocket& client) {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
        const auto count = client.read(buffer, sizeof buffer);
        if (count == 0) return;
        request.append(buffer, count);
    }
    std::unique_lock lock(mutex_);
    requests_.push_back(request);
    const std::string reply = reply_;
    lock.unlock();

    if (reply.empty()) return client.wait_for_hangup();
    if (!client.write(reply)) return;
    if (reply.starts_with("HTTP/1.1 200")) relay(client, request);
}

void ConnectProxy::relay(PeerSocket& client, const std::string& request) {
    const PeerSocket server = connect_to(address_, port_asked_for(request), tcp_.stop_signal());
    char buffer[4096];
    for (;;) {
        pollfd all[] = {
            {client.native(), POLLIN, 0}, {server.native(), POLLIN, 0}, {tcp_.stop_signal(), POLLIN, 0}};
        if (::poll(all, 3, -1) < 0 || all[2].revents != 0) return;
        const PeerSocket& from = all[0].revents != 0 ? client : server;
        const PeerSocket& to = all[0].revents != 0 ? server : client;
        const auto count = from.read(buffer, sizeof buffer);
        if (count == 0 || !to.write({buffer, count})) return;
    }
}

}  // namespace tlspolicy::fakes
