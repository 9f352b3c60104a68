#include "tls/trust.hpp"

#include "fakes/certificates.hpp"
#include "tls/tlsa_match.hpp"

#include <doctest/doctest.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace tlspolicy;
using fakes::CertificateAuthority;
using fakes::Identity;
using fakes::Intermediate;
using fakes::LeafOptions;
using tls::Fault;

namespace {

WallTime day(int year, unsigned month, unsigned of_month) {
    return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month)
                                 / static_cast<int>(of_month));
}

LeafOptions leaf() {
    LeafOptions options;
    options.dns_names = {"mx.example.com"};
    options.not_before = "20240101000000Z";
    options.not_after = "20260101000000Z";
    return options;
}

tls::Chain chain_of(const Identity& identity) {
    tls::Chain chain;
    for (const auto& certificate : identity.chain)
        chain.push_back(tls::certificate_of(*certificate));
    return chain;
}

struct TrustFixture {
    TrustFixture() { X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.root().get()); }

    std::vector<tls::ChainFault> faults(const tls::Chain& chain, WallTime now = day(2025, 6, 1)) {
        return tls::faults_of(*context, chain, "mx.example.com", now);
    }

    void only(const tls::Chain& chain, Fault fault, std::string_view words, WallTime now = day(2025, 6, 1)) {
        CAPTURE(words);
        const auto found = faults(chain, now);
        REQUIRE(found.size() == 1);
        CHECK(static_cast<int>(found.front().fault) == static_cast<int>(fault));
        CHECK(found.front().words == words);
    }

    CertificateAuthority ca;
    CertificateAuthority other_ca{"Private Root"};
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
};

dane::Tlsa tlsa(std::uint8_t usage, std::uint8_t selector, std::uint8_t matching, const std::string& octets) {
    dane::Tlsa record{usage, selector, matching, {}};
    const auto* from = reinterpret_cast<const unsigned char*>(octets.data());
    unsigned char digest[SHA512_DIGEST_LENGTH];
    if (matching == 0) record.data.assign(from, from + octets.size());
    if (matching == 1) {
        SHA256(from, octets.size(), digest);
        record.data.assign(digest, digest + SHA256_DIGEST_LENGTH);
    }
    if (matching == 2) {
        SHA512(from, octets.size(), digest);
        record.data.assign(digest, digest + SHA512_DIGEST_LENGTH);
    }
    return record;
}

}  // namespace

TEST_CASE_FIXTURE(TrustFixture, "a chain to a trusted root for the right name has no fault") {
    CHECK(faults(chain_of(ca.issue(leaf()))).empty());
    CHECK(faults(chain_of(ca.issue(leaf(), Intermediate::sent))).empty());
}

TEST_CASE_FIXTURE(TrustFixture, "dates are judged by the time given") {
    const auto chain = chain_of(ca.issue(leaf()));
    only(chain, Fault::expired, "certificate of mx.example.com expired on 2026-01-01", day(2026, 1, 2));
    only(chain, Fault::not_yet_valid, "certificate of mx.example.com is not valid before 2024-01-01",
         day(2023, 12, 31));
}

TEST_CASE_FIXTURE(TrustFixture, "a name is that of the certificate's DNS names, not the common name") {
    LeafOptions other = leaf();
    other.dns_names = {"other.example", "*.mx.example.com"};
    only(chain_of(ca.issue(other)), Fault::wrong_name,
         "certificate is for other.example, *.mx.example.com, not for mx.example.com");
    LeafOptions common = leaf();
    common.dns_names.clear();
    common.common_name = "mx.example.com";
    only(chain_of(ca.issue(common)), Fault::wrong_name,
         "certificate has no DNS name (a common name does not count), so is not for mx.example.com");
    LeafOptions wildcard = leaf();
    wildcard.dns_names = {"*.example.com"};
    CHECK(faults(chain_of(ca.issue(wildcard))).empty());
}

TEST_CASE_FIXTURE(TrustFixture, "who vouches for a certificate is told apart from who is not sent along") {
    only(chain_of(CertificateAuthority::self_signed(leaf())), Fault::self_signed, "self-signed certificate");
    only(chain_of(ca.issue(leaf(), Intermediate::withheld)), Fault::incomplete,
         "issuer certificate not found (the server sent no intermediate?)");

    auto foreign = chain_of(other_ca.issue(leaf(), Intermediate::sent));
    only(foreign, Fault::unknown_issuer,
         "issuer of \"Throwaway Intermediate\" not found among the trusted roots");
    foreign.back().issuer_url = "http://ca.example/root.cer";  // so there is more to be sent
    only(foreign, Fault::incomplete,
         "issuer of \"Throwaway Intermediate\" not found among the trusted roots");

    auto with_root = chain_of(other_ca.issue(leaf()));
    with_root.push_back(tls::certificate_of(*other_ca.root()));
    only(with_root, Fault::unknown_issuer,
         "certificate chain ends in \"Private Root\", which is not a trusted root");
}

TEST_CASE_FIXTURE(TrustFixture, "each fault is told, not the first alone") {
    LeafOptions wrong = leaf();
    wrong.dns_names = {"other.example"};
    const auto found = faults(chain_of(CertificateAuthority::self_signed(wrong)), day(2026, 6, 1));
    REQUIRE(found.size() == 3);
    CHECK(found[0].fault == Fault::expired);
    CHECK(found[1].fault == Fault::self_signed);
    CHECK(found[2].fault == Fault::wrong_name);
}

TEST_CASE_FIXTURE(TrustFixture, "a server without a certificate cannot be trusted") {
    only({}, Fault::other, "the server presents no certificate");
}

TEST_CASE("a TLSA record means a certificate by usage, selector and matching type") {  // RFC 7672, 3.1
    const CertificateAuthority ca;
    const auto chain = chain_of(ca.issue(leaf(), Intermediate::sent));
    const auto& own = chain.front();
    const auto& above = chain.back();
    for (std::uint8_t matching = 0; matching <= 2; ++matching) {
        CAPTURE(matching);
        CHECK(tls::means(tlsa(3, 0, matching, own.der), chain));
        CHECK(tls::means(tlsa(3, 1, matching, own.public_key), chain));
        CHECK(tls::means(tlsa(2, 0, matching, above.der), chain));
        CHECK(tls::means(tlsa(2, 1, matching, above.public_key), chain));
        CHECK_FALSE(tls::means(tlsa(3, 0, matching, above.der), chain));  // DANE-EE is the server's own
        CHECK_FALSE(tls::means(tlsa(3, 1, matching, own.der), chain));
        CHECK_FALSE(tls::means(tlsa(3, 0, matching, own.public_key), chain));
    }
    CHECK_FALSE(tls::means(tlsa(1, 1, 1, own.public_key), chain));  // PKIX-EE: not for SMTP
    CHECK_FALSE(tls::means(tlsa(3, 1, 1, own.public_key), {}));
}
