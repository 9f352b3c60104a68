#pragma once

#include "fakes/certificates.hpp"
#include "fakes/tcp_server.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace tlspolicy::fakes {

/// What a mail server says and does. The defaults are a good one.
struct SmtpBehaviour {
    std::string greeting = "220 mx.example.com ESMTP\r\n";
    std::string ehlo_reply = "250-mx.example.com\r\n250-PIPELINING\r\n250 STARTTLS\r\n";
    std::string starttls_reply = "220 2.0.0 Ready to start TLS\r\n";
    enum class Versions : std::uint8_t { all, tls_1_1_only } versions = Versions::all;
    enum class After : std::uint8_t {
        answer,
        hang,     ///< nothing is said
        endless,  ///< `again` is said again and again
        close,
    };
    After connect = After::answer;   ///< instead of the greeting
    After ehlo = After::answer;      ///< instead of the reply
    After starttls = After::answer;  ///< after the reply, instead of a handshake
    std::string again = {};
    std::chrono::milliseconds drip{0};  ///< pause after each octet of the greeting
};

/// An SMTP server with STARTTLS that misbehaves on order. Safe from any thread.
class SmtpServer {
public:
    SmtpServer(const IpAddress& address, Identity identity, SmtpBehaviour behaviour = {},
               std::uint16_t port = 0);

    std::uint16_t port() const noexcept { return tcp_.port(); }
    const TcpServer& tcp() const noexcept { return tcp_; }
    /// The commands that came, "EHLO ..." to "QUIT", with "TLS name" for a handshake with that SNI.
    std::vector<std::string> seen() const;

private:
    void serve(PeerSocket& peer);
    bool serve_plain(PeerSocket& peer);
    void serve_tls(PeerSocket& peer);
    bool react(PeerSocket& peer, SmtpBehaviour::After after, const std::string& reply) const;
    void note(std::string what);

    const Identity identity_;
    const SmtpBehaviour behaviour_;
    mutable std::mutex mutex_;
    std::vector<std::string> seen_;
    TcpServer tcp_;  // last: its threads use the others
};

}  // namespace tlspolicy::fakes
