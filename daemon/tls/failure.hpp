#pragma once

#include "tls/certificate.hpp"

#include <openssl/types.h>

#include <string>
#include <string_view>

namespace tlspolicy::tls {

/// The words for what the verification that has just failed in `context` found wrong with the certificate of
/// `host`: "certificate of mta-sts.example.com expired on 2026-01-31".
std::string certificate_failure(X509_STORE_CTX& context, std::string_view host);

/// "certificate is for other.example, not for mx.example.com".
std::string wrong_name(const Certificate& certificate, std::string_view host);

/// OpenSSL's own words for an error code of its error queue, "wrong version number".
std::string openssl_reason(unsigned long code);

}  // namespace tlspolicy::tls
