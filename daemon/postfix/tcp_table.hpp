#pragma once

#include "postfix/answer.hpp"
#include "postfix/netstring.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The messages of tcp_table(5): one line each way, in which blanks, control characters, '%' and what is not
/// ASCII are written %XX.
namespace tlspolicy::postfix {

constexpr std::size_t max_table_line = 4096;  ///< octets of a request or a reply, its end not counted

/// One line. `text` points into the buffer, without its LF or CRLF; `consumed` counts these too.
struct Line {
    std::string_view text;
    std::size_t consumed = 0;
};

std::variant<NeedMore, Line, Malformed> decode_line(std::string_view buffered) noexcept;

/// The key of "get <key>", still written with %XX where percent_decode() has something to do; nullopt:
/// another command, which nobody serves.
std::optional<std::string_view> key_of_get(std::string_view line) noexcept;

/// Whether the key holds anything that percent_decode() would change.
bool is_coded(std::string_view key) noexcept;

/// Appends "200 secure%20match=…\n", "500 …\n" for NOTFOUND, "400 …\n" for TEMP and PERM, and for an answer
/// that is longer than Postfix reads; one that is so only with what TLS-RPT needs goes without that. The
/// parameters are those of append_reply().
void append_table_reply(std::string& out, const Answer& answer, std::string_view policy_domain);
/// "500 …\n", to a command that is not served.
void append_table_refusal(std::string& out);

}  // namespace tlspolicy::postfix
