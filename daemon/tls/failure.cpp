#include "tls/failure.hpp"

#include "tls/certificate.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <optional>

namespace tlspolicy::tls {
namespace {

constexpr std::size_t max_names_shown = 5;

std::string date(const std::optional<WallTime>& time) {
    return time ? date_text(*time) : "an unreadable date";
}

}  // namespace

std::string certificate_failure(X509_STORE_CTX& context, std::string_view host) {
    const int code = X509_STORE_CTX_get_error(&context);
    const int depth = X509_STORE_CTX_get_error_depth(&context);
    const X509* current = X509_STORE_CTX_get_current_cert(&context);
    if (current == nullptr) current = X509_STORE_CTX_get0_cert(&context);
    if (current == nullptr) return X509_verify_cert_error_string(code);
    const Certificate certificate = certificate_of(*current);

    const std::string whose = depth == 0 ? fmt::format("certificate of {}", host)
                                         : fmt::format("issuer certificate \"{}\"", certificate.subject);
    switch (code) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fmt::format("{} expired on {}", whose, date(certificate.not_after));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fmt::format("{} is not valid before {}", whose, date(certificate.not_before));
        case X509_V_ERR_HOSTNAME_MISMATCH:
            return wrong_name(certificate, host);
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "self-signed certificate";
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return fmt::format("certificate chain ends in \"{}\", which is not a trusted root",
                               certificate.subject);
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            if (depth == 0) return "issuer certificate not found (the server sent no intermediate?)";
            return fmt::format("issuer of \"{}\" not found among the trusted roots", certificate.subject);
        default:  // an int of OpenSSL's, not an enum of ours
            return fmt::format("{}: {}", whose, X509_verify_cert_error_string(code));
    }
}

std::string wrong_name(const Certificate& certificate, std::string_view host) {
    const auto& names = certificate.names;
    if (names.empty())  // RFC 8461, 3.3: the DNS-ID counts, the common name does not
        return fmt::format("certificate has no DNS name (a common name does not count), so is not for {}",
                           host);
    const std::size_t shown = std::min(names.size(), max_names_shown);
    std::string list;
    for (std::size_t i = 0; i < shown; ++i)
        list.append(i == 0 ? "" : ", ").append(names[i]);
    if (shown < names.size()) list += fmt::format(" and {} more", names.size() - shown);
    return fmt::format("certificate is for {}, not for {}", list, host);
}

std::string openssl_reason(unsigned long code) {
    if (const char* reason = ERR_reason_error_string(code)) return reason;
    return fmt::format("OpenSSL error {:#x}", code);
}

}  // namespace tlspolicy::tls
