#pragma once

#include <string_view>

/// The grammar that the TXT record and the policy body share (RFC 8461, 3.1 and 3.2).
namespace tlspolicy::sts {

/// A letter or digit, then up to 31 letters, digits, '_', '-' or '.': sts-ext-name, sts-policy-ext-name.
bool is_field_name(std::string_view name) noexcept;

/// Well-formed UTF-8 (RFC 3629) without ASCII controls. The empty text is.
bool is_policy_text(std::string_view value) noexcept;

}  // namespace tlspolicy::sts
