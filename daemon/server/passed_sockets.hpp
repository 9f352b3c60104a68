#pragma once

#include "base/error.hpp"
#include "server/settings.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::server {

/// A socket that the service manager opened, under the name that it gave it (sd_listen_fds(3)).
struct PassedSocket {
    int descriptor;
    std::string name;
};

/// Listening sockets that the daemon was started with. A listener takes the one with its own address, else
/// one with the name of what it speaks: "socketmap", "tcp_table", "http", "control". The taker owns the
/// descriptor; what nobody takes is closed.
class PassedSockets {
public:
    struct Listening {
        int descriptor;
        std::string name;
        Endpoint endpoint;  ///< where it really listens
    };

    PassedSockets() = default;
    PassedSockets(PassedSockets&& other) noexcept = default;
    PassedSockets& operator=(PassedSockets&& other) = delete;
    ~PassedSockets();

    /// Fails where one is not a listening stream socket of IP or Unix. Owns the descriptors in any case.
    static Result<PassedSockets> examine(std::vector<PassedSocket> sockets);

    std::optional<Listening> take(const Endpoint& endpoint);
    std::optional<Listening> take(std::string_view name);
    std::optional<Listening> take(const Endpoint& endpoint, std::string_view name) {
        auto taken = take(endpoint);
        return taken ? std::move(taken) : take(name);
    }

    /// What nobody has taken so far.
    const std::vector<Listening>& left() const noexcept { return sockets_; }

private:
    template <class Predicate>
    std::optional<Listening> take_if(Predicate wanted);

    std::vector<Listening> sockets_;
};

}  // namespace tlspolicy::server
