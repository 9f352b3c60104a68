#include "tls/failure.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <vector>

namespace tlspolicy::tls {
namespace {

constexpr std::size_t max_names_shown = 5;

std::string date(const ASN1_TIME* time) {
    std::tm fields{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return "an unreadable date";
    return fmt::format("{:04}-{:02}-{:02}", fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday);
}

std::string subject(const X509& certificate) {
    const X509_NAME* name = X509_get_subject_name(&certificate);
    for (const int part : {NID_commonName, NID_organizationalUnitName, NID_organizationName}) {
        const int at = X509_NAME_get_index_by_NID(name, part, -1);
        if (at < 0) continue;
        const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
        const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(value));
        return printable({text, static_cast<std::size_t>(ASN1_STRING_length(value))}, 64);
    }
    return "without a name";
}

std::vector<std::string> dns_names(const X509& certificate) {
    std::vector<std::string> names;
    const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> alternatives(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
        GENERAL_NAMES_free);
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type != GEN_DNS) continue;
        const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
        const auto length = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
        names.push_back(printable({text, length}, 100));
    }
    return names;
}

std::string wrong_name(const X509& certificate, std::string_view host) {
    const auto names = dns_names(certificate);
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

}  // namespace

std::string certificate_failure(X509_STORE_CTX& context, std::string_view host) {
    const int code = X509_STORE_CTX_get_error(&context);
    const int depth = X509_STORE_CTX_get_error_depth(&context);
    const X509* certificate = X509_STORE_CTX_get_current_cert(&context);
    if (certificate == nullptr) certificate = X509_STORE_CTX_get0_cert(&context);
    if (certificate == nullptr) return X509_verify_cert_error_string(code);

    const std::string whose = depth == 0 ? fmt::format("certificate of {}", host)
                                         : fmt::format("issuer certificate \"{}\"", subject(*certificate));
    switch (code) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return fmt::format("{} expired on {}", whose, date(X509_get0_notAfter(certificate)));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return fmt::format("{} is not valid before {}", whose, date(X509_get0_notBefore(certificate)));
        case X509_V_ERR_HOSTNAME_MISMATCH:
            return wrong_name(*certificate, host);
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "self-signed certificate";
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return fmt::format("certificate chain ends in \"{}\", which is not a trusted root",
                               subject(*certificate));
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            if (depth == 0) return "issuer certificate not found (the server sent no intermediate?)";
            return fmt::format("issuer of \"{}\" not found among the trusted roots", subject(*certificate));
        default:  // an int of OpenSSL's, not an enum of ours
            return fmt::format("{}: {}", whose, X509_verify_cert_error_string(code));
    }
}

std::string openssl_reason(unsigned long code) {
    if (const char* reason = ERR_reason_error_string(code)) return reason;
    return fmt::format("OpenSSL error {:#x}", code);
}

}  // namespace tlspolicy::tls
