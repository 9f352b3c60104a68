#pragma once

#include "fakes/certificates.hpp"
#include "fakes/tcp_server.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::fakes {

/// A policy that is good for `mail.example.com`, and the response that carries it.
inline constexpr std::string_view good_policy =
    "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmax_age: 86400\r\n";
std::string http_response(std::string_view body, std::string_view status = "200 OK",
                          std::string_view content_type = "text/plain");

enum class HangAt : std::uint8_t {
    client_hello,  ///< the client's first octets are never read
    server_hello,  ///< they are read, and nothing is said
    response,      ///< the request is read, and nothing is said
};
enum class Ending : std::uint8_t {
    close_notify,  ///< a proper end of TLS
    cut,           ///< FIN without close_notify
    reset,         ///< RST
    hang,          ///< nothing more comes, and the connection stays open
    endless,       ///< `again` comes again and again
};
enum class Spoken : std::uint8_t { tls, tls_1_1_only, plain_text };

/// What the server does to a client.
struct Behaviour {
    std::string response = http_response(good_policy);  ///< the octets that are sent, whatever they are
    Ending ending = Ending::close_notify;
    std::string again = {};
    std::optional<HangAt> hang = {};
    std::chrono::milliseconds drip{0};  ///< pause after each octet of the response
    Spoken spoken = Spoken::tls;
};

struct SeenRequest {
    std::string sni;
    std::string text;  ///< request line and headers as they came
};

/// An HTTPS server that misbehaves on order. Safe from any thread.
class HttpsServer {
public:
    HttpsServer(const IpAddress& address, Identity identity, Behaviour behaviour = {},
                std::uint16_t port = 0);

    std::uint16_t port() const noexcept { return tcp_.port(); }
    const TcpServer& tcp() const noexcept { return tcp_; }
    std::vector<SeenRequest> requests() const;

    /// From the next connection on.
    void behave(Behaviour behaviour);
    void become(Identity identity);

private:
    void serve(PeerSocket& peer);
    void note(SeenRequest request);

    mutable std::mutex mutex_;
    Identity identity_;
    Behaviour behaviour_;
    std::vector<SeenRequest> requests_;
    TcpServer tcp_;  // last: its threads use the others
};

}  // namespace tlspolicy::fakes
