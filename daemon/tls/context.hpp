#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "tls/certificate.hpp"

#include <openssl/types.h>

#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tlspolicy::tls {

/// What the verification of one connection's certificate found wrong; it outlives the connection's SSL.
struct CertificateVerdict {
    std::string host;
    std::string failure = {};    ///< empty: nothing
    Chain* presented = nullptr;  ///< where the certificates that were sent are put down; perhaps nowhere
};

using SslHandle = std::unique_ptr<SSL, void (*)(SSL*)>;

/// A client's SSL for `verdict.host`: SNI, and the certificate must be for that very name (RFC 8461, 3.3; RFC
/// 6125, 6.4.3), or for the address that it is. nullptr where OpenSSL is out of memory.
SslHandle new_client(SSL_CTX& context, CertificateVerdict& verdict);

/// One SSL_CTX for all connections of a kind, made anew when the file or directory of the trusted roots
/// changes. Used on one loop.
class Context {
public:
    /// Roots of `ca_file` (PEM); empty: of $SSL_CERT_FILE, else the system's.
    Context(std::string ca_file, const Clock& clock);

    /// Whoever holds it may go on with it after a change. Looks for a change at most once a second; roots
    /// that cannot be read leave the former ones in use, with a warning. Fails where none could ever be read.
    Result<std::shared_ptr<SSL_CTX>> current();

    const std::string& ca_file() const noexcept { return ca_file_; }

private:
    /// What stat() says of a path; all zero where there is nothing.
    struct Stamp {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        timespec modified{};
    };
    static Stamp stamp_of(const std::string& path);
    bool changed();
    void load();

    std::string ca_file_;
    std::string file_;  // the one file of roots; empty: the system's default places
    std::vector<std::string> watched_;
    std::vector<Stamp> stamps_;
    const Clock& clock_;
    Time looked_{};
    std::shared_ptr<SSL_CTX> context_;
    Error failure_;
    bool failing_ = false;
};

}  // namespace tlspolicy::tls
