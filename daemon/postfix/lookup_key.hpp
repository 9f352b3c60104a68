#pragma once

#include "base/domain.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tlspolicy::postfix {

/// The next hop that Postfix asks about: `example.com`, `example.com:port`, `[host]` or `[host]:port`.
class LookupKey {
public:
    /// nullopt where the key names no domain, and the answer is therefore NOTFOUND: address literals, single
    /// labels, `.parent.example`, rubbish. Allocates for U-labels and for rare malformed names only.
    static std::optional<LookupKey> parse(std::string_view key);

    const Domain& domain() const noexcept { return domain_; }
    /// The host itself is meant, not the MX hosts of the domain.
    bool bracketed() const noexcept { return bracketed_; }
    /// nullopt where none is given, or it is a service name of no mail service.
    std::optional<std::uint16_t> port() const noexcept { return port_; }

private:
    LookupKey(const Domain& domain, bool bracketed, std::optional<std::uint16_t> port)
        : domain_(domain), port_(port), bracketed_(bracketed) {}

    Domain domain_;
    std::optional<std::uint16_t> port_;
    bool bracketed_;
};

}  // namespace tlspolicy::postfix
