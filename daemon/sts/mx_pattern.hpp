#pragma once

#include "base/domain.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace tlspolicy::sts {

/// The value of one `mx` line: a host name, or "*." and a domain whose direct children it means (RFC
/// 8461, 3.2 and 4.1). Only what may stand in an answer to Postfix can become one: lower-case A-labels, at
/// least two of them after the "*.".
class MxPattern {
public:
    /// Fails with kind `invalid`.
    static Result<MxPattern> parse(std::string_view value);

    bool wildcard() const noexcept { return text_.front() == '*'; }
    /// As published: "mx.example.com" or "*.example.com".
    std::string_view text() const noexcept { return text_; }
    /// As Postfix's `match=` wants it: "mx.example.com" or ".example.com".
    std::string_view match_text() const noexcept { return text().substr(wildcard() ? 1 : 0); }

    /// A wildcard stands for exactly one label.
    bool matches(const Domain& mx) const noexcept;

    friend bool operator==(const MxPattern&, const MxPattern&) = default;

private:
    explicit MxPattern(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace tlspolicy::sts
