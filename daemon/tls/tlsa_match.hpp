#pragma once

#include "dane/tlsa.hpp"
#include "tls/certificate.hpp"

#include <string>

namespace tlspolicy::tls {

/// Whether a usable TLSA record means one of the certificates presented (RFC 7672, 3.1): the server's own
/// (DANE-EE), or any that it sends (DANE-TA; that the chain ends there is another question).
bool means(const dane::Tlsa& record, const Chain& chain);

/// The record that RFC 7671, 5.1 recommends for a certificate, "3 1 1" and the digest of its key in hex.
std::string recommended_tlsa(const Certificate& certificate);

}  // namespace tlspolicy::tls
