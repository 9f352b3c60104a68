#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tlspolicy::postfix {

/// The value of a `secure` answer (STS-40, STS-41), rendered once when the policy is made, because it depends
/// on the policy alone but for one domain name. Immutable; shared between threads.
class SecureText {
public:
    /// `mx_patterns` as published ("*.example.com", already validated, at least one), in the policy's order;
    /// `policy_lines` as fetched. Fails with kind `invalid` where the plain answer would be longer than
    /// Postfix reads. Where only the TLS-RPT form would, lines of the policy are left out of it, and where
    /// that is not enough, that form is the plain one.
    static Result<SecureText> create(std::span<const std::string_view> mx_patterns,
                                     std::span<const std::string> policy_lines);

    /// "secure match=mx.example.com:.example.net servername=hostname"
    std::string_view plain() const noexcept { return std::string_view(text_).substr(0, plain_size_); }

    /// The same without its servername, for Postfix before 3.4.
    std::string_view without_servername() const noexcept;

    /// The plain form and what TLS-RPT needs; for Postfix 3.10 and later. `policy_domain` is in the form of
    /// Domain::text().
    std::size_t tlsrpt_size(std::string_view policy_domain) const noexcept;
    void append_tlsrpt(std::string& out, std::string_view policy_domain) const;

private:
    SecureText(std::string text, std::size_t plain_size) : text_(std::move(text)), plain_size_(plain_size) {}
    bool has_tlsrpt() const noexcept { return plain_size_ < text_.size(); }

    std::string text_;  ///< the plain form, then what follows the policy domain in the other
    std::size_t plain_size_;
};

}  // namespace tlspolicy::postfix
