#pragma once

#include "base/error.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string_view>

namespace tlspolicy {

/// A fully qualified domain name of at least two labels in its one canonical form: lower-case A-labels,
/// letters, digits, '-' and '_', no trailing dot. A value that allocates nothing.
///
/// It accepts what Postfix's valid_hostname() accepts, because names go back to Postfix in answers: no label
/// starts or ends in '-', labels are 1 to 63 octets, the name at most 253, and the last label is not a number
/// (so no IPv4 address is a domain).
class Domain {
public:
    static constexpr std::size_t max_length = 253;  ///< RFC 1035, 2.3.4 in presentation form

    /// Any case; one trailing dot is dropped; U-labels become A-labels (IDNA 2008 with UTS 46 mapping).
    static Result<Domain> parse(std::string_view text);

    /// `label.this`, e.g. "_mta-sts". Fails where the name would grow too long.
    Result<Domain> below(std::string_view label) const;

    std::string_view text() const noexcept { return {text_.data(), size_}; }

    friend bool operator==(const Domain& a, const Domain& b) noexcept { return a.text() == b.text(); }
    friend auto operator<=>(const Domain& a, const Domain& b) noexcept { return a.text() <=> b.text(); }

private:
    Domain() = default;
    static Result<Domain> parse_ascii(std::string_view text);

    std::array<char, max_length> text_{};
    std::uint8_t size_ = 0;
};

}  // namespace tlspolicy

template <>
struct std::hash<tlspolicy::Domain> {
    std::size_t operator()(const tlspolicy::Domain& domain) const noexcept {
        return std::hash<std::string_view>{}(domain.text());
    }
};
