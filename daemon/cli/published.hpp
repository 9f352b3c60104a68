#pragma once

#include "base/domain.hpp"
#include "base/error.hpp"
#include "cli/finding.hpp"
#include "sts/policy.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What was published at the last look, so that a changed text under an unchanged id is seen: senders that
/// know the policy look at the id alone (RFC 8461, 3.3).
namespace tlspolicy::cli {

struct Published {
    std::string id;
    /// SHA-256 in hex, of what the policy says: line ends, order and unknown fields change nothing for
    /// senders. Empty: written down before there was one.
    std::string digest;
    /// The same of its text. Empty: read back, where the other counts.
    std::string text_digest = {};

    friend bool operator==(const Published&, const Published&) = default;
};

Published published(std::string_view id, const sts::Policy& policy, std::string_view text);

/// Whether both policies say the same.
bool same_policy(const Published& before, const Published& now) noexcept;

/// Pure.
std::vector<Finding> judge_change(const std::optional<Published>& before, const Published& now);
/// Whether the next look is to compare with `now`: not while a change waits for its id.
bool supersedes(const std::optional<Published>& before, const Published& now);

/// A directory with a file for each domain.
class PublishedFiles {
public:
    /// Empty: $XDG_STATE_HOME/tlspolicy, else ~/.local/state/tlspolicy.
    explicit PublishedFiles(std::string directory);

    /// nullopt: nothing was seen before. Fails where it cannot be read.
    Result<std::optional<Published>> read(const Domain& domain) const;
    /// All or nothing: under another name first. Makes the directory.
    Result<void> write(const Domain& domain, const Published& now) const;

private:
    std::string directory_;
};

}  // namespace tlspolicy::cli
