#include "fakes/https_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <poll.h>
#include <stdexcept>

namespace tlspolicy::fakes {
namespace {

using SslPointer = std::unique_ptr<SSL, void (*)(SSL*)>;
using ContextPointer = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;

ContextPointer context_for(const Identity& identity, Spoken spoken) {
    ContextPointer context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (context == nullptr) throw std::runtime_error("SSL_CTX_new");
    if (spoken == Spoken::tls_1_1_only) {
        SSL_CTX_set_cipher_list(context.get(), "DEFAULT:@SECLEVEL=0");
        SSL_CTX_set_min_proto_version(context.get(), TLS1_1_VERSION);
        SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
    }
    SSL_CTX_use_certificate(context.get(), identity.chain.front().get());
    SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
    for (std::size_t i = 1; i < identity.chain.size(); ++i)
        SSL_CTX_add1_chain_cert(context.get(), identity.chain[i].get());
    return context;
}

/// TLS over a non-blocking socket, or plain text over it.
class Talk {
public:
    Talk(PeerSocket& peer, const Identity& identity, Spoken spoken)
        : peer_(peer), context_(context_for(identity, spoken)), ssl_(SSL_new(context_.get()), SSL_free) {
        if (spoken == Spoken::plain_text) ssl_.reset();
    }

    bool accept() {
        if (ssl_ == nullptr) return true;
        SSL_set_fd(ssl_.get(), peer_.native());
        return again([&] { return SSL_accept(ssl_.get()); }) > 0;
    }
    std::size_t read(char* into, std::size_t size) {
        if (ssl_ == nullptr) return peer_.read(into, size);
        const int count = again([&] { return SSL_read(ssl_.get(), into, static_cast<int>(size)); });
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    bool write(std::string_view text) {
        if (ssl_ == nullptr) return peer_.write(text);
        if (text.empty()) return true;
        return again([&] { return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }) > 0;
    }
    void close_notify() {
        if (ssl_ != nullptr) SSL_shutdown(ssl_.get());
    }
    std::string sni() const {
        if (ssl_ == nullptr) return {};
        const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }

private:
    template <class Step>
    int again(Step step) {
        for (;;) {
            ERR_clear_error();
            const int result = step();
            if (result > 0) return result;
            const int why = SSL_get_error(ssl_.get(), result);
            const bool wants_read = why == SSL_ERROR_WANT_READ;
            if (!wants_read && why != SSL_ERROR_WANT_WRITE) return result;
            if (!peer_.wait(wants_read ? POLLIN : POLLOUT)) return -1;
        }
    }

    PeerSocket& peer_;
    ContextPointer context_;
    SslPointer ssl_;
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
