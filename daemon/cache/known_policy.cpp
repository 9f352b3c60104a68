#include "cache/known_policy.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace tlspolicy::cache {

Result<std::shared_ptr<const KnownPolicy>> read_policy(std::string body) {
    auto policy = sts::parse_policy(body);
    if (!policy) return policy.error();
    std::optional<postfix::SecureText> text;
    if (!policy->mx.empty()) {
        std::vector<std::string_view> patterns;
        patterns.reserve(policy->mx.size());
        for (const auto& pattern : policy->mx)
            patterns.push_back(pattern.text());
        auto rendered = postfix::SecureText::create(patterns, policy->lines);
        if (!rendered) return rendered.error();
        text = std::move(rendered).value();
    }
    return std::make_shared<const KnownPolicy>(
        KnownPolicy{std::move(body), std::move(policy).value(), std::move(text)});
}

}  // namespace tlspolicy::cache
