#include "fakes/tls_talk.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <poll.h>
#include <stdexcept>

namespace tlspolicy::fakes {
namespace {

using ContextPointer = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;

ContextPointer context_for(const Identity& identity, TlsVersions versions) {
    ContextPointer context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (context == nullptr) throw std::runtime_error("SSL_CTX_new");
    if (versions == TlsVersions::tls_1_1_only) {
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

}  // namespace

TlsTalk::TlsTalk(PeerSocket& peer, const Identity& identity, TlsVersions versions)
    : peer_(peer), context_(context_for(identity, versions)), ssl_(SSL_new(context_.get()), SSL_free) {
    SSL_set_fd(ssl_.get(), peer_.native());
}

template <class Step>
int TlsTalk::again(Step step) {
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

bool TlsTalk::accept() {
    return again([&] { return SSL_accept(ssl_.get()); }) > 0;
}

std::size_t TlsTalk::read(char* into, std::size_t size) {
    const int count = again([&] { return SSL_read(ssl_.get(), into, static_cast<int>(size)); });
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

bool TlsTalk::write(std::string_view text) {
    if (text.empty()) return true;
    return again([&] { return SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }) > 0;
}

void TlsTalk::close_notify() {
    SSL_shutdown(ssl_.get());
}

std::string TlsTalk::sni() const {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
}

}  // namespace tlspolicy::fakes
