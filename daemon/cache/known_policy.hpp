#pragma once

#include "base/error.hpp"
#include "postfix/secure_text.hpp"
#include "sts/policy.hpp"

#include <memory>
#include <optional>
#include <string>

namespace tlspolicy::cache {

/// A valid policy, the text it was read from, and the answer rendered from it. Immutable, and shared by all
/// domains that publish this text.
struct KnownPolicy {
    std::string body;  ///< as fetched
    sts::Policy policy;
    std::optional<postfix::SecureText> text;  ///< nullopt where the policy names no MX host: mode none
};

/// Fails with kind `invalid` where the body is no policy (STS-10 to STS-17).
Result<std::shared_ptr<const KnownPolicy>> read_policy(std::string body);

}  // namespace tlspolicy::cache
