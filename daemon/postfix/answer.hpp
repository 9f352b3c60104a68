#pragma once

#include "postfix/secure_text.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace tlspolicy::postfix {

/// There is a policy: `text`, never null, says what it asks for.
struct Found {
    std::shared_ptr<const SecureText> text;
    bool tlsrpt = false;     ///< with the attributes that TLS-RPT needs (STS-41)
    bool servername = true;  ///< without `tlsrpt`: whether the plain form has one
};
/// DANE decides: Postfix looks up the TLSA records again, and judges each host by them.
struct Dane {
    bool only = false;  ///< hosts without usable TLSA records are not delivered to: "dane-only"
};
/// The operator's own word, never null.
struct Overridden {
    std::shared_ptr<const std::string> text;
};
/// There is none: Postfix goes on with its own default.
struct NotFound {};
/// What could not be had, so that mail has to wait.
enum class Wanting : std::uint8_t { mta_sts, dane, room, running_daemon };
/// Postfix defers the mail and logs the reason.
struct Temp {
    std::string reason;
    Wanting wanting = Wanting::mta_sts;
};
/// Postfix takes it for an error in its own configuration.
struct Perm {
    std::string reason;
};
using Answer = std::variant<Found, NotFound, Temp, Perm, Dane, Overridden>;

/// Postfix logs this much of a reason; what is longer is cut.
constexpr std::size_t max_reason = 200;

/// Appends one whole socketmap reply, netstring frame and all: "9:NOTFOUND ,". `policy_domain` is the key's
/// domain in the form of Domain::text(); it appears with Found::tlsrpt only. Does not allocate while `out`
/// has room. What is not printable ASCII in a reason becomes '?'.
void append_reply(std::string& out, const Answer& answer, std::string_view policy_domain);

}  // namespace tlspolicy::postfix
