#include "tls/context.hpp"

#include "base/ip_address.hpp"
#include "base/printable.hpp"
#include "tls/failure.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tlspolicy::tls {
namespace {

int verdict_index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

// OpenSSL forgets which certificate failed and why when the handshake ends, and with a failure the
// certificates too, so both are put down here.
int note_failure(int fine, X509_STORE_CTX* store_context) {
    const auto* ssl = static_cast<const SSL*>(
        X509_STORE_CTX_get_ex_data(store_context, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* verdict = static_cast<CertificateVerdict*>(SSL_get_ex_data(ssl, verdict_index()));
    if (verdict->presented != nullptr && verdict->presented->empty())
        *verdict->presented = chain_of(X509_STORE_CTX_get0_untrusted(store_context));
    if (fine == 1) return 1;
    if (verdict->failure.empty()) verdict->failure = certificate_failure(*store_context, verdict->host);
    return 0;
}

std::string environment(const char* name) {
    const char* value = secure_getenv(name);
    return value == nullptr ? "" : value;
}

Error unusable(const std::string& file, std::string_view why) {
    return {ErrorKind::system, fmt::format("CA file {}: {}", printable(file), why)};
}

std::shared_ptr<SSL_CTX> new_context() {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (context == nullptr) return context;
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);  // RFC 8461, 3.3 with RFC 8996
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, note_failure);
    return context;
}

Result<std::shared_ptr<SSL_CTX>> context_with(const std::string& file) {
    ERR_clear_error();
    auto context = new_context();
    if (context == nullptr)
        return Error(ErrorKind::system, "no TLS context: " + openssl_reason(ERR_peek_last_error()));
    if (file.empty()) {
        if (SSL_CTX_set_default_verify_paths(context.get()) == 1) return context;
        return Error(ErrorKind::system,
                     "the system's trusted roots: " + openssl_reason(ERR_peek_last_error()));
    }
    // OpenSSL's words for a file that cannot be opened are "system lib".
    const int readable = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (readable < 0) return unusable(file, std::strerror(errno));
    close(readable);
    if (SSL_CTX_load_verify_file(context.get(), file.c_str()) == 1) return context;
    Error failure = unusable(file, "no certificate in PEM: " + openssl_reason(ERR_peek_error()));
    ERR_clear_error();
    return failure;
}

// An address has no place in SNI (RFC 6066, 3).
bool expect_host(SSL& ssl, const std::string& host) {
    X509_VERIFY_PARAM* rules = SSL_get0_param(&ssl);
    X509_VERIFY_PARAM_set_hostflags(
        rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (IpAddress::parse(host)) return X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
    return X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1
           && SSL_set_tlsext_host_name(&ssl, host.c_str()) == 1;
}

}  // namespace

SslHandle new_client(SSL_CTX& context, CertificateVerdict& verdict) {
    SslHandle ssl(SSL_new(&context), SSL_free);
    if (ssl == nullptr) return ssl;
    const bool ready =
        expect_host(*ssl, verdict.host) && SSL_set_ex_data(ssl.get(), verdict_index(), &verdict) == 1;
    if (!ready) ssl.reset();
    return ssl;
}

Context::Context(std::string ca_file, const Clock& clock) : ca_file_(std::move(ca_file)), clock_(clock) {
    file_ = ca_file_.empty() ? environment(X509_get_default_cert_file_env()) : ca_file_;
    if (!file_.empty()) {
        watched_ = {file_};
    } else {
        const std::string directory = environment(X509_get_default_cert_dir_env());
        watched_ = {X509_get_default_cert_file(),
                    directory.empty() ? X509_get_default_cert_dir() : directory};
    }
    stamps_.resize(watched_.size());
    looked_ = clock_.now();
    changed();
    load();
}

Result<std::shared_ptr<SSL_CTX>> Context::current() {
    constexpr Duration between_looks = std::chrono::seconds(1);
    const Time now = clock_.now();
    if (now - looked_ >= between_looks) {
        looked_ = now;
        if (changed()) load();
    }
    if (context_ == nullptr) return failure_;
    return context_;
}

Context::Stamp Context::stamp_of(const std::string& path) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return {};
    return {found.st_dev, found.st_ino, found.st_size, found.st_mtim};
}

/// Takes the stamps before the files are read: what changes while they are read shows at the next look.
bool Context::changed() {
    bool any = false;
    for (std::size_t i = 0; i < watched_.size(); ++i) {
        const Stamp now = stamp_of(watched_[i]);
        const Stamp& then = stamps_[i];
        any = any || now.device != then.device || now.inode != then.inode || now.size != then.size
              || now.modified.tv_sec != then.modified.tv_sec || now.modified.tv_nsec != then.modified.tv_nsec;
        stamps_[i] = now;
    }
    return any;
}

void Context::load() {
    auto made = context_with(file_);
    if (made) {
        if (failing_)
            spdlog::info("trusted-roots-recovered file=\"{}\"", printable(watched_.front()));
        else if (context_ != nullptr)
            spdlog::info("trusted-roots-reloaded file=\"{}\"", printable(watched_.front()));
        context_ = std::move(*made);
        failing_ = false;
        return;
    }
    failure_ = made.error();
    if (!failing_ && context_ != nullptr)
        spdlog::warn("trusted-roots-unusable reason=\"{}\" kept=former", failure_.message());
    failing_ = true;
}

}  // namespace tlspolicy::tls
