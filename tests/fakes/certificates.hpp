#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tlspolicy::fakes {

/// A private key and the certificates that a server sends for it, its own first.
struct Identity {
    std::shared_ptr<EVP_PKEY> key;
    std::vector<std::shared_ptr<X509>> chain;
};

struct LeafOptions {
    std::vector<std::string> dns_names = {};
    std::string common_name = "leaf";
    std::string not_before = "20200101000000Z";  ///< GeneralizedTime
    std::string not_after = "20991231235959Z";
};

/// For the files that a real server reads.
std::string chain_pem(const Identity& identity);
std::string key_pem(const Identity& identity);

enum class Intermediate : std::uint8_t { none, sent, withheld };

/// A throwaway certificate authority with EC P-256 keys. What OpenSSL refuses throws.
class CertificateAuthority {
public:
    explicit CertificateAuthority(std::string name = "Throwaway Root");

    Identity issue(const LeafOptions& leaf, Intermediate intermediate = Intermediate::none) const;
    static Identity self_signed(const LeafOptions& leaf);

    /// The root's certificate in PEM, for a file of trusted roots.
    std::string root_pem() const;
    std::shared_ptr<X509> root() const { return root_.chain.front(); }

private:
    Identity root_;
};

}  // namespace tlspolicy::fakes
