#pragma once

#include "base/wall_clock.hpp"

#include <openssl/types.h>

#include <optional>
#include <string>
#include <vector>

struct stack_st_X509;  // STACK_OF(X509), without a kilobyte of macros

namespace tlspolicy::tls {

/// What people want to know of a certificate. Its texts are fit for printing.
struct Certificate {
    std::string subject;                                ///< the common name, else the unit or organisation
    std::string issuer;                                 ///< likewise
    std::vector<std::string> names = {};                ///< the DNS names that it is for, as far as shown
    std::optional<WallTime> not_before = std::nullopt;  ///< nullopt: an unreadable date
    std::optional<WallTime> not_after = std::nullopt;
    std::string issuer_url = {};  ///< where its issuer's certificate is to be had (RFC 5280, 4.2.2.1)
    std::string der = {};         ///< the whole of it
    std::string public_key = {};  ///< its SubjectPublicKeyInfo, DER
};

Certificate certificate_of(const X509& certificate);

/// In the order sent: the server's own first.
using Chain = std::vector<Certificate>;
/// A chain of more certificates than this is cut.
constexpr std::size_t max_chain = 16;
Chain chain_of(const stack_st_X509* sent);

/// The common name of a subject or issuer, else its unit or organisation; "without a name".
std::string words_for(const X509_NAME& name);

/// "2026-01-31".
std::string date_text(WallTime time);

}  // namespace tlspolicy::tls
