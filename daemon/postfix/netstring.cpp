#include "postfix/netstring.hpp"

#include "base/ascii.hpp"

namespace tlspolicy::postfix {
namespace {

constexpr std::size_t max_digits = 5;

}  // namespace

std::variant<NeedMore, Frame, Malformed> decode_netstring(std::string_view buffered,
                                                          std::size_t max_payload) noexcept {
    std::size_t size = 0;
    std::size_t digits = 0;
    for (; digits < buffered.size() && ascii::is_digit(buffered[digits]); ++digits) {
        if (digits > 0 && size == 0) return Malformed{"the length has a leading zero"};
        if (digits == max_digits) return Malformed{"the length has more than 5 digits"};
        size = size * 10 + static_cast<std::size_t>(buffered[digits] - '0');
        if (size > max_payload) return Malformed{"the message is too long"};
    }
    if (digits == buffered.size()) return NeedMore{};
    if (digits == 0) return Malformed{"no length where a message must begin"};
    if (buffered[digits] != ':') return Malformed{"no colon after the length"};

    const std::string_view rest = buffered.substr(digits + 1);
    if (rest.size() <= size) return NeedMore{};
    if (rest[size] != ',') return Malformed{"no comma after the message"};
    return Frame{rest.substr(0, size), digits + 1 + size + 1};
}

}  // namespace tlspolicy::postfix
