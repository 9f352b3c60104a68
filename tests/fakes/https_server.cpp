#include "fakes/https_server.hpp"

#include "fakes/tls_talk.hpp"

#include <optional>

namespace tlspolicy::fakes {
namespace {

/// TLS over a non-blocking socket, or plain text over it.
class Talk {
public:
    Talk(PeerSocket& peer, const Identity& identity, Spoken spoken) : peer_(peer) {
        if (spoken == Spoken::plain_text) return;
        tls_.emplace(peer, identity,
                     spoken == Spoken::tls_1_1_only ? TlsVersions::tls_1_1_only : TlsVersions::all);
    }

    bool accept() { return !tls_ || tls_->accept(); }
    std::size_t read(char* into, std::size_t size) {
        return tls_ ? tls_->read(into, size) : peer_.read(into, size);
    }
    bool write(std::string_view text) { return tls_ ? tls_->write(text) : peer_.write(text); }
    void close_notify() {
        if (tls_) tls_->close_notify();
    }
    std::string sni() const { return tls_ ? tls_->sni() : ""; }

private:
    PeerSocket& peer_;
    std::optional<TlsTalk> tls_;
};

std::string read_request(Talk& talk) {
    std::string text;
    char buffer[4096];
    while (text.find("\r\n\r\n") == std::string::npos) {
        const auto count = talk.read(buffer, sizeof buffer);
        if (count == 0) break;
        text.append(buffer, count);
    }
    return text;
}

bool send_response(Talk& talk, const PeerSocket& peer, const Behaviour& behaviour) {
    if (behaviour.drip.count() == 0) return talk.write(behaviour.response);
    for (const char& octet : behaviour.response)
        if (!talk.write({&octet, 1}) || peer.hung_up_within(behaviour.drip)) return false;
    return true;
}

void send_for_ever(Talk& talk, const std::string& text) {
    constexpr std::size_t block_size = 4096;  // a TLS record for every few octets would take ages
    std::string block;
    while (block.size() < block_size)
        block += text;
    while (talk.write(block)) {
    }
}

void end(Talk& talk, const PeerSocket& peer, const Behaviour& behaviour) {
    switch (behaviour.ending) {
        case Ending::close_notify:
            return talk.close_notify();
        case Ending::cut:
            return;
        case Ending::reset:
            return peer.reset_on_close();
        case Ending::hang:
            return peer.wait_for_hangup();
        case Ending::endless:
            return send_for_ever(talk, behaviour.again);
    }
}

}  // namespace

std::string http_response(std::string_view body, std::string_view status, std::string_view content_type) {
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nContent-Type: ").append(content_type);
    text.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
    return text;
}

HttpsServer::HttpsServer(const IpAddress& address, Identity identity, Behaviour behaviour, std::uint16_t port)
    : identity_(std::move(identity)),
      behaviour_(std::move(behaviour)),
      tcp_(address, port, [this](PeerSocket& peer) { serve(peer); }) {}

std::vector<SeenRequest> HttpsServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}

void HttpsServer::behave(Behaviour behaviour) {
    const std::lock_guard lock(mutex_);
    behaviour_ = std::move(behaviour);
}

void HttpsServer::become(Identity identity) {
    const std::lock_guard lock(mutex_);
    identity_ = std::move(identity);
}

void HttpsServer::note(SeenRequest request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(std::move(request));
}

void HttpsServer::serve(PeerSocket& peer) {
    std::unique_lock lock(mutex_);
    const Identity identity = identity_;
    const Behaviour behaviour = behaviour_;
    lock.unlock();

    if (behaviour.hang == HangAt::client_hello) return peer.wait_for_hangup();
    if (behaviour.hang == HangAt::server_hello) {
        char buffer[4096];
        peer.read(buffer, sizeof buffer);
        return peer.wait_for_hangup();
    }
    Talk talk(peer, identity, behaviour.spoken);
    if (!talk.accept()) return;
    if (behaviour.spoken == Spoken::plain_text) {
        char hello[4096];
        talk.read(hello, sizeof hello);
    } else {
        std::string text = read_request(talk);
        note({talk.sni(), std::move(text)});
    }
    if (behaviour.hang == HangAt::response) return peer.wait_for_hangup();
    if (!send_response(talk, peer, behaviour)) return;
    end(talk, peer, behaviour);
}

}  // namespace tlspolicy::fakes
