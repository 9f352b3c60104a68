#include "tls/trust.hpp"

#include "tls/failure.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <new>
#include <optional>

namespace tlspolicy::tls {
namespace {

using X509Pointer = std::unique_ptr<X509, void (*)(X509*)>;
using StackPointer = std::unique_ptr<stack_st_X509, void (*)(stack_st_X509*)>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, void (*)(X509_STORE_CTX*)>;

StackPointer parsed(const Chain& chain) {
    StackPointer all(sk_X509_new_null(), [](stack_st_X509* stack) { sk_X509_pop_free(stack, X509_free); });
    if (all == nullptr) throw std::bad_alloc();
    for (const Certificate& certificate : chain) {
        const auto* octets = reinterpret_cast<const unsigned char*>(certificate.der.data());
        X509Pointer one(d2i_X509(nullptr, &octets, static_cast<long>(certificate.der.size())), X509_free);
        if (one != nullptr && sk_X509_push(all.get(), one.get()) > 0) one.release();
    }
    return all;
}

Fault fault_for(int code, int depth, const Chain& chain) {
    switch (code) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return Fault::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return Fault::not_yet_valid;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return Fault::wrong_name;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return Fault::self_signed;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
            // A certificate that says where its issuer's is to be had comes from an authority that expects it
            // to be sent along; a lone one without its issuer is incomplete in any case.
            const auto at = static_cast<std::size_t>(depth);
            const bool told = at < chain.size() && !chain[at].issuer_url.empty();
            return depth == 0 || told ? Fault::incomplete : Fault::unknown_issuer;
        }
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return Fault::unknown_issuer;
        default:  // an int of OpenSSL's, not an enum of ours
            return Fault::other;
    }
}

enum class Dates : std::uint8_t { looked_at, ignored };

/// The first thing that OpenSSL finds wrong, the name aside.
std::optional<ChainFault> verify(SSL_CTX& context, const stack_st_X509& sent, const Chain& chain,
                                 const std::string& host, WallTime now, Dates dates) {
    const StoreContext check(X509_STORE_CTX_new(), X509_STORE_CTX_free);
    auto* const untrusted = const_cast<stack_st_X509*>(&sent);  // OpenSSL's signature; it only reads
    if (check == nullptr
        || X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(&context), sk_X509_value(&sent, 0),
                               untrusted)
               != 1)
        throw std::bad_alloc();
    X509_STORE_CTX_set_default(check.get(), "ssl_server");
    X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(check.get());
    X509_VERIFY_PARAM_set_auth_level(rules, SSL_CTX_get_security_level(&context));
    // A time that is set is looked at whatever else is said.
    if (dates == Dates::ignored)
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_NO_CHECK_TIME);
    else
        X509_VERIFY_PARAM_set_time(
            rules, std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    if (X509_verify_cert(check.get()) == 1) return std::nullopt;
    const Fault fault =
        fault_for(X509_STORE_CTX_get_error(check.get()), X509_STORE_CTX_get_error_depth(check.get()), chain);
    return ChainFault{fault, certificate_failure(*check, host)};
}

bool is_for(X509& certificate, const std::string& host) {
    // RFC 8461, 4.2 with RFC 6125, 6.4.3: as the daemon's own connections have it (tls/context.cpp).
    return X509_check_host(&certificate, host.data(), host.size(),
                           X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                           nullptr)
           == 1;
}

bool about_dates(const ChainFault& fault) {
    return fault.fault == Fault::expired || fault.fault == Fault::not_yet_valid;
}

/// What a check of the chain that stopped before the dates would have said of the server's own certificate.
std::optional<ChainFault> own_dates(const Certificate& own, const std::string& host, WallTime now) {
    if (own.not_after && *own.not_after < now)
        return ChainFault{Fault::expired,
                          fmt::format("certificate of {} expired on {}", host, date_text(*own.not_after))};
    if (own.not_before && *own.not_before > now)
        return ChainFault{Fault::not_yet_valid, fmt::format("certificate of {} is not valid before {}", host,
                                                            date_text(*own.not_before))};
    return std::nullopt;
}

}  // namespace

std::vector<ChainFault> faults_of(SSL_CTX& context, const Chain& chain, const std::string& host,
                                  WallTime now) {
    const StackPointer sent = parsed(chain);
    if (sk_X509_num(sent.get()) == 0) return {{Fault::other, "the server presents no certificate"}};
    std::vector<ChainFault> faults;
    auto first = verify(context, *sent, chain, host, now, Dates::looked_at);
    if (first && about_dates(*first)) {
        faults.push_back(std::move(*first));
        first = verify(context, *sent, chain, host, now, Dates::ignored);
    } else if (first) {
        if (auto dates = own_dates(chain.front(), host, now)) faults.push_back(std::move(*dates));
    }
    if (first) faults.push_back(std::move(*first));
    if (!is_for(*sk_X509_value(sent.get(), 0), host))
        faults.push_back({Fault::wrong_name, wrong_name(chain.front(), host)});
    return faults;
}

}  // namespace tlspolicy::tls
