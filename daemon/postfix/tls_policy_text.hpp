#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace tlspolicy::postfix {

/// An operator's own answer to a lookup in smtp_tls_policy_maps, "secure match=.example.com:example.com", in
/// the form in which Postfix is sent it: one blank between its words. Fails (kind `syntax`) for whatever
/// Postfix would refuse, which would defer the mail; the message goes on from the text. Source: postconf(5),
/// TLS_README.
Result<std::string> parse_tls_policy_text(std::string_view text);

}  // namespace tlspolicy::postfix
