#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace tlspolicy::bench {

struct FreeOpenssl {
    void operator()(X509* certificate) const noexcept;
    void operator()(EVP_PKEY* key) const noexcept;
};
using Certificate = std::unique_ptr<X509, FreeOpenssl>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeOpenssl>;

/// A throwaway root that mints a certificate for any name (EC P-256, one key for all leaves). One thread.
class Authority {
public:
    Authority();

    /// Of `name`, minted when it is asked for the first time; the authority owns it until `cache_limit`
    /// others were minted, OpenSSL's reference counts keep it longer.
    X509* certificate_for(const std::string& name);
    EVP_PKEY* leaf_key() const noexcept { return leaf_key_.get(); }
    /// Throws std::runtime_error.
    void write_root(const std::string& path) const;

private:
    static constexpr std::size_t cache_limit = 20'000;

    PrivateKey root_key_;
    PrivateKey leaf_key_;
    Certificate root_;
    std::unordered_map<std::string, Certificate> minted_;
    long serial_ = 1;
};

}  // namespace tlspolicy::bench
