#include "fakes/smtp_server.hpp"

#include "fakes/tls_talk.hpp"

namespace tlspolicy::fakes {
namespace {

/// The next line of a client without its end; empty where none comes any more.
template <class Source>
std::string read_line(Source& source) {
    std::string line;
    char octet = '\0';
    while (source.read(&octet, 1) == 1) {
        if (octet == '\n') break;
        if (octet != '\r') line += octet;
    }
    return line;
}

void say_for_ever(const PeerSocket& peer, const std::string& text) {
    constexpr std::size_t block_size = 4096;
    std::string block;
    while (block.size() < block_size)
        block += text;
    while (peer.write(block)) {
    }
}

}  // namespace

SmtpServer::SmtpServer(const IpAddress& address, Identity identity, SmtpBehaviour behaviour,
                       std::uint16_t port)
    : identity_(std::move(identity)),
      behaviour_(std::move(behaviour)),
      tcp_(address, port, [this](PeerSocket& peer) { serve(peer); }) {}

std::vector<std::string> SmtpServer::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

void SmtpServer::note(std::string what) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::move(what));
}

void SmtpServer::serve(PeerSocket& peer) {
    if (serve_plain(peer)) serve_tls(peer);
}

/// Whether the conversation goes on.
bool SmtpServer::react(PeerSocket& peer, SmtpBehaviour::After after, const std::string& reply) const {
    switch (after) {
        case SmtpBehaviour::After::answer:
            return peer.write(reply);
        case SmtpBehaviour::After::hang:
            peer.wait_for_hangup();
            return false;
        case SmtpBehaviour::After::endless:
            say_for_ever(peer, behaviour_.again);
            return false;
        case SmtpBehaviour::After::close:
            return false;
    }
    return false;
}

/// Whether a handshake is due.
bool SmtpServer::serve_plain(PeerSocket& peer) {
    if (behaviour_.drip.count() > 0) {
        for (const char& octet : behaviour_.greeting)
            if (!peer.write({&octet, 1}) || peer.hung_up_within(behaviour_.drip)) return false;
    } else if (!react(peer, behaviour_.connect, behaviour_.greeting)) {
        return false;
    }
    for (;;) {
        const std::string command = read_line(peer);
        if (command.empty()) return false;
        note(command);
        if (command == "QUIT") {
            peer.write("221 2.0.0 Bye\r\n");
            return false;
        }
        if (command == "STARTTLS") {
            if (!peer.write(behaviour_.starttls_reply)) return false;
            if (behaviour_.starttls_reply.starts_with("220")) return react(peer, behaviour_.starttls, "");
        } else if (!react(peer, behaviour_.ehlo, behaviour_.ehlo_reply)) {
            return false;
        }
    }
}

void SmtpServer::serve_tls(PeerSocket& peer) {
    const bool old = behaviour_.versions == SmtpBehaviour::Versions::tls_1_1_only;
    TlsTalk talk(peer, identity_, old ? TlsVersions::tls_1_1_only : TlsVersions::all);
    if (!talk.accept()) return;
    note("TLS " + talk.sni());
    const std::string command = read_line(talk);
    if (command.empty()) return;
    note(command);
    talk.write("221 2.0.0 Bye\r\n");
    talk.close_notify();
}

}  // namespace tlspolicy::fakes
