#include "tls/certificate.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

namespace tlspolicy::tls {
namespace {

constexpr std::size_t max_names = 100;
constexpr std::size_t max_url = 200;

std::string_view text_of(const ASN1_STRING& string) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&string)),
            static_cast<std::size_t>(ASN1_STRING_length(&string))};
}

std::optional<WallTime> time_of(const ASN1_TIME* time) {
    std::tm fields{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return std::nullopt;
    return WallTime(std::chrono::seconds(timegm(&fields)));
}

std::vector<std::string> dns_names(const X509& certificate) {
    std::vector<std::string> names;
    const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> alternatives(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
        GENERAL_NAMES_free);
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()) && names.size() < max_names; ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type == GEN_DNS) names.push_back(printable(text_of(*name->d.dNSName), 100));
    }
    return names;
}

std::string issuer_url(const X509& certificate) {
    const std::unique_ptr<AUTHORITY_INFO_ACCESS, void (*)(AUTHORITY_INFO_ACCESS*)> ways(
        static_cast<AUTHORITY_INFO_ACCESS*>(
            X509_get_ext_d2i(&certificate, NID_info_access, nullptr, nullptr)),
        AUTHORITY_INFO_ACCESS_free);
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(ways.get()); ++i) {
        const ACCESS_DESCRIPTION* way = sk_ACCESS_DESCRIPTION_value(ways.get(), i);
        if (OBJ_obj2nid(way->method) == NID_ad_ca_issuers && way->location->type == GEN_URI)
            return printable(text_of(*way->location->d.uniformResourceIdentifier), max_url);
    }
    return {};
}

/// What an i2d function of OpenSSL writes.
template <class Object, class Encode>
std::string encoded(const Object* object, Encode encode) {
    unsigned char* octets = nullptr;
    const int size = encode(object, &octets);
    if (size <= 0) return {};
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(
        octets, [](unsigned char* memory) { OPENSSL_free(memory); });
    return {reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size)};
}

}  // namespace

Certificate certificate_of(const X509& certificate) {
    const X509_NAME* subject = X509_get_subject_name(&certificate);
    const X509_NAME* issuer = X509_get_issuer_name(&certificate);
    Certificate facts;
    facts.subject = words_for(*subject);
    facts.issuer = words_for(*issuer);
    facts.names = dns_names(certificate);
    facts.not_before = time_of(X509_get0_notBefore(&certificate));
    facts.not_after = time_of(X509_get0_notAfter(&certificate));
    facts.issuer_url = issuer_url(certificate);
    facts.der = encoded(&certificate, i2d_X509);
    facts.public_key = encoded(X509_get_X509_PUBKEY(&certificate), i2d_X509_PUBKEY);
    return facts;
}

Chain chain_of(const stack_st_X509* sent) {
    Chain chain;
    const int count = std::min(sk_X509_num(sent), static_cast<int>(max_chain));
    for (int i = 0; i < count; ++i)
        chain.push_back(certificate_of(*sk_X509_value(sent, i)));
    return chain;
}

std::string words_for(const X509_NAME& name) {
    for (const int part : {NID_commonName, NID_organizationalUnitName, NID_organizationName}) {
        const int at = X509_NAME_get_index_by_NID(&name, part, -1);
        if (at < 0) continue;
        return printable(text_of(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(&name, at))), 64);
    }
    return "without a name";
}

std::string date_text(WallTime time) {
    const std::time_t seconds =
        std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
    std::tm fields{};
    gmtime_r(&seconds, &fields);
    return fmt::format("{:04}-{:02}-{:02}", fields.tm_year + 1900, fields.tm_mon + 1, fields.tm_mday);
}

}  // namespace tlspolicy::tls
