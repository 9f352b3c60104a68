#pragma once

#include "base/error.hpp"
#include "cache/known_policy.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tlspolicy::cache {

/// One KnownPolicy a text: thousands of domains publish their provider's policy to the letter. Used on the
/// network loop alone.
class PolicyPool {
public:
    /// The policy of this body, parsed only where no domain holds it already.
    Result<std::shared_ptr<const KnownPolicy>> intern(std::string body);

    /// Lets go of the policies that no entry holds any more.
    void sweep();
    std::size_t size() const noexcept { return policies_.size(); }

private:
    /// The keys are views of the bodies within.
    std::unordered_map<std::string_view, std::shared_ptr<const KnownPolicy>> policies_;
};

}  // namespace tlspolicy::cache
