#include "bench/internet/authority.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace tlspolicy::bench {

void FreeOpenssl::operator()(X509* certificate) const noexcept {
    X509_free(certificate);
}

void FreeOpenssl::operator()(EVP_PKEY* key) const noexcept {
    EVP_PKEY_free(key);
}

namespace {

PrivateKey new_key() {
    PrivateKey key(EVP_EC_gen("P-256"));
    if (!key) throw std::runtime_error("cannot make an EC key");
    return key;
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (extension == nullptr || X509_add_ext(certificate, extension, -1) != 1)
        throw std::runtime_error("cannot add the extension " + value);
    X509_EXTENSION_free(extension);
}

/// Everything but extensions and signature, in date from yesterday for 90 days.
Certificate new_certificate(const std::string& common_name, EVP_PKEY* key, long serial) {
    Certificate certificate(X509_new());
    constexpr long day = 86400;
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 90 * day);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    return certificate;
}

}  // namespace

Authority::Authority() : root_key_(new_key()), leaf_key_(new_key()) {
    root_ = new_certificate("Bench Root", root_key_.get(), serial_++);
    X509_set_issuer_name(root_.get(), X509_get_subject_name(root_.get()));
    add_extension(root_.get(), root_.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(root_.get(), root_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(root_.get(), root_.get(), NID_subject_key_identifier, "hash");
    if (X509_sign(root_.get(), root_key_.get(), EVP_sha256()) == 0)
        throw std::runtime_error("cannot sign the root");
}

X509* Authority::certificate_for(const std::string& name) {
    if (const auto known = minted_.find(name); known != minted_.end()) return known->second.get();
    Certificate leaf = new_certificate(name.substr(0, 64), leaf_key_.get(), serial_++);
    X509_set_issuer_name(leaf.get(), X509_get_subject_name(root_.get()));
    add_extension(leaf.get(), root_.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf.get(), root_.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(leaf.get(), root_.get(), NID_ext_key_usage, "serverAuth");
    add_extension(leaf.get(), root_.get(), NID_subject_key_identifier, "hash");
    add_extension(leaf.get(), root_.get(), NID_authority_key_identifier, "keyid");
    add_extension(leaf.get(), root_.get(), NID_subject_alt_name, "DNS:" + name);
    if (X509_sign(leaf.get(), root_key_.get(), EVP_sha256()) == 0) return nullptr;
    if (minted_.size() >= cache_limit) minted_.clear();
    return (minted_[name] = std::move(leaf)).get();
}

void Authority::write_root(const std::string& path) const {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
    if (!file || PEM_write_X509(file.get(), root_.get()) != 1)
        throw std::runtime_error("cannot write " + path);
}

}  // namespace tlspolicy::bench
