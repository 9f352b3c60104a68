#include "base/domain.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace tlspolicy {
namespace {

constexpr std::size_t max_label = 63;               // RFC 1035, 2.3.4
constexpr std::size_t max_unicode_input = 4 * 253;  // octets of UTF-8 that can still shrink to a name

Error not_a_domain(std::string_view text, std::string_view why) {
    return {ErrorKind::syntax, "\"" + printable(text, 100) + "\" is not a domain name: " + std::string(why)};
}

/// Of every octet what stands for it in a name; NUL: it may not stand there. Every lookup comes this way.
constexpr std::array<char, 256> name_chars = [] {
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char c = ascii::to_lower(static_cast<char>(i));
        if (ascii::is_lower(c) || ascii::is_digit(c) || c == '-' || c == '_') table[i] = c;
    }
    return table;
}();

}  // namespace

Result<Domain> Domain::parse(std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), ascii::is_ascii);
    if (plain) return parse_ascii(text);

    // libidn2 wants a C string; a NUL inside would hide what follows.
    if (text.size() > max_unicode_input) return not_a_domain(text, "too long");
    if (text.find('\0') != std::string_view::npos) return not_a_domain(text, "it contains a NUL");
    const std::string input(text);
    char* converted = nullptr;
    const int status = idn2_to_ascii_8z(input.c_str(), &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const std::unique_ptr<char, void (*)(void*)> owner(converted, idn2_free);
    if (status != IDN2_OK) return not_a_domain(text, idn2_strerror(status));
    return parse_ascii(converted);
}

Result<Domain> Domain::parse_ascii(std::string_view text) {
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    if (text.size() > max_length) return not_a_domain(text, "longer than 253 characters");

    Domain domain;
    std::size_t label_start = 0;
    std::size_t labels = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] != '.') {
            const char c = name_chars[static_cast<unsigned char>(text[i])];
            if (c == '\0')
                return not_a_domain(text, "only letters, digits, '-', '_' and '.' may stand in it");
            domain.text_[i] = c;
            continue;
        }
        const std::string_view label = text.substr(label_start, i - label_start);
        if (label.empty()) return not_a_domain(text, "empty label");
        if (label.size() > max_label) return not_a_domain(text, "a label is longer than 63 characters");
        if (label.front() == '-' || label.back() == '-')
            return not_a_domain(text, "a label starts or ends with '-'");
        ++labels;
        if (i == text.size()) break;
        domain.text_[i] = '.';
        label_start = i + 1;
    }
    if (labels < 2) return not_a_domain(text, "a single label");
    const std::string_view last = text.substr(label_start);
    if (std::all_of(last.begin(), last.end(), ascii::is_digit))
        return not_a_domain(text, "the last label is a number");
    domain.size_ = static_cast<std::uint8_t>(text.size());
    return domain;
}

Result<Domain> Domain::below(std::string_view label) const {
    std::string longer;
    longer.reserve(label.size() + 1 + size_);
    longer.append(label).append(".").append(text());
    return parse_ascii(longer);
}

}  // namespace tlspolicy
