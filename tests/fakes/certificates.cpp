#include "fakes/certificates.hpp"

#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string_view>

namespace tlspolicy::fakes {
namespace {

using Certificate = std::shared_ptr<X509>;

void must(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("certificate: ") + what);
}

std::shared_ptr<EVP_PKEY> new_key() {
    std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    must(key != nullptr, "key");
    return key;
}

void add_extension(X509& certificate, int kind, const std::string& value) {
    const std::unique_ptr<X509_EXTENSION, void (*)(X509_EXTENSION*)> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()), X509_EXTENSION_free);
    must(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1, "extension");
}

Certificate draft(EVP_PKEY& key, const LeafOptions& options) {
    Certificate certificate(X509_new(), X509_free);
    must(certificate != nullptr, "new");
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::uint64_t serial = 0;
    must(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
    must(ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), options.not_before.c_str()) == 1
             && ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), options.not_after.c_str())
                    == 1,
         "dates");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(options.common_name.c_str()), -1, -1,
                               0);
    must(X509_set_pubkey(certificate.get(), &key) == 1, "public key");
    std::string names;
    for (const auto& name : options.dns_names)
        names.append(names.empty() ? "DNS:" : ",DNS:").append(name);
    if (!names.empty()) add_extension(*certificate, NID_subject_alt_name, names);
    return certificate;
}

void sign(X509& certificate, const X509& issuer, EVP_PKEY& key) {
    must(X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer)) == 1, "issuer");
    must(X509_sign(&certificate, &key, EVP_sha256()) > 0, "signature");
}

/// Signed by `issuer`, or by itself where there is none.
Identity authority(const std::string& name, const Identity* issuer) {
    auto key = new_key();
    LeafOptions options;
    options.common_name = name;
    auto certificate = draft(*key, options);
    add_extension(*certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(*certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
    const Identity own{key, {certificate}};
    const Identity& by = issuer == nullptr ? own : *issuer;
    sign(*certificate, *by.chain.front(), *by.key);
    return own;
}

template <class Write>
std::string in_pem(Write write) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
    must(memory != nullptr && write(memory.get()) == 1, "PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace

CertificateAuthority::CertificateAuthority(std::string name) : root_(authority(name, nullptr)) {}

Identity CertificateAuthority::issue(const LeafOptions& leaf, Intermediate intermediate) const {
    Identity by = root_;
    if (intermediate != Intermediate::none) by = authority("Throwaway Intermediate", &root_);
    auto key = new_key();
    auto certificate = draft(*key, leaf);
    sign(*certificate, *by.chain.front(), *by.key);
    Identity issued{std::move(key), {std::move(certificate)}};
    if (intermediate == Intermediate::sent) issued.chain.push_back(by.chain.front());
    return issued;
}

Identity CertificateAuthority::self_signed(const LeafOptions& leaf) {
    auto key = new_key();
    auto certificate = draft(*key, leaf);
    sign(*certificate, *certificate, *key);
    return {std::move(key), {std::move(certificate)}};
}

std::string CertificateAuthority::root_pem() const {
    return in_pem([this](BIO* memory) { return PEM_write_bio_X509(memory, root_.chain.front().get()); });
}

std::string chain_pem(const Identity& identity) {
    std::string text;
    for (const auto& certificate : identity.chain)
        text += in_pem([&](BIO* memory) { return PEM_write_bio_X509(memory, certificate.get()); });
    return text;
}

std::string key_pem(const Identity& identity) {
    return in_pem([&](BIO* memory) {
        return PEM_write_bio_PrivateKey(memory, identity.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

}  // namespace tlspolicy::fakes
