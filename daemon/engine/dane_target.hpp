#pragma once

#include "base/domain.hpp"
#include "postfix/lookup_key.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace tlspolicy::engine {

/// Whose DANE a lookup key is about: the mail hosts of a domain, or one host that the operator names; and the
/// port that decides where TLSA records stand (RFC 7672, 2.2.3).
struct DaneTarget {
    static constexpr std::uint16_t smtp = 25;

    Domain name;
    std::uint16_t port = smtp;
    bool is_host = false;  ///< `[name]`: no MX lookup

    friend bool operator==(const DaneTarget&, const DaneTarget&) = default;

    static DaneTarget of(const postfix::LookupKey& key) {
        return {key.domain(), key.port().value_or(smtp), key.bracketed()};
    }
    static DaneTarget of(const Domain& domain) { return {domain, smtp, false}; }
};

/// The target in its one written form: "example.com", "[relay.example]:587". A value that allocates nothing.
class DaneKey {
public:
    explicit DaneKey(const DaneTarget& target) noexcept {
        if (target.is_host) put("[");
        put(target.name.text());
        if (target.is_host) put("]");
        if (target.port == DaneTarget::smtp) return;
        put(":");
        const auto written = std::to_chars(text_.data() + size_, text_.data() + text_.size(), target.port);
        size_ = static_cast<std::size_t>(written.ptr - text_.data());
    }
    std::string_view text() const noexcept { return {text_.data(), size_}; }

private:
    void put(std::string_view piece) noexcept {
        for (const char c : piece)
            text_[size_++] = c;
    }

    std::array<char, Domain::max_length + 8> text_{};
    std::size_t size_ = 0;
};

}  // namespace tlspolicy::engine
