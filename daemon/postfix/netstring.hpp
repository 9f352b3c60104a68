#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

namespace tlspolicy::postfix {

/// What came so far is the beginning of a message; read on.
struct NeedMore {};

/// One whole netstring. `payload` points into the buffer; `consumed` counts its length, colon and comma too.
struct Frame {
    std::string_view payload;
    std::size_t consumed = 0;
};

/// Nothing that follows can make it a message: the connection is of no more use. `why` is a literal.
struct Malformed {
    std::string_view why;
};

/// The first netstring of `buffered`: "5:hello," and so on, no leading zeros, at most `max_payload` bytes. It
/// says Malformed as soon as that is certain, whatever pieces the bytes came in.
std::variant<NeedMore, Frame, Malformed> decode_netstring(std::string_view buffered,
                                                          std::size_t max_payload) noexcept;

}  // namespace tlspolicy::postfix
