#include "smtp/reply.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::smtp {
namespace {

constexpr std::size_t code_size = 3;

/// RFC 5321, 4.2: a code is %x32-35 %x30-35 %x30-39, and then stands a blank, a hyphen or the end.
bool begins_with_code(std::string_view line) noexcept {
    if (line.size() < code_size || line[0] < '2' || line[0] > '5') return false;
    if (!ascii::is_digit(line[1]) || !ascii::is_digit(line[2])) return false;
    return line.size() == code_size || line[code_size] == ' ' || line[code_size] == '-';
}

unsigned code_of(std::string_view line) noexcept {
    unsigned code = 0;
    for (const char digit : line.substr(0, code_size))
        code = code * 10 + static_cast<unsigned>(digit - '0');
    return code;
}

NoReply not_smtp(std::string_view line) {
    return {fmt::format("\"{}\" is no SMTP reply", printable(line, 60))};
}

}  // namespace

std::variant<NeedMore, Reply, NoReply> decode_reply(std::string_view buffered) {
    Reply reply;
    for (;;) {
        const std::string_view rest = buffered.substr(reply.size);
        const std::size_t end = rest.substr(0, max_reply_line).find('\n');
        if (end == std::string_view::npos && rest.size() >= max_reply_line)
            return NoReply{fmt::format("a reply line of more than {} bytes", max_reply_line)};
        if (reply.size >= max_reply) return NoReply{fmt::format("a reply of more than {} bytes", max_reply)};
        if (end == std::string_view::npos) return NeedMore{};
        std::string_view line = rest.substr(0, end);
        reply.size += end + 1;
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (!begins_with_code(line)) return not_smtp(line);
        const unsigned code = code_of(line);
        if (!reply.lines.empty() && code != reply.code)
            return NoReply{fmt::format("a reply with two codes, {} and {}", reply.code, code)};
        reply.code = code;
        reply.lines.emplace_back(line.substr(std::min(code_size + 1, line.size())));
        const bool last = line.size() == code_size || line[code_size] == ' ';
        if (last) return reply;
    }
}

bool offers(const Reply& ehlo, std::string_view keyword) noexcept {
    const auto has_it = [keyword](std::string_view line) {
        return ascii::equal_ignoring_case(line.substr(0, line.find_first_of(" \t=")), keyword);
    };
    // The first line is the server's greeting.
    return !ehlo.lines.empty() && std::any_of(ehlo.lines.begin() + 1, ehlo.lines.end(), has_it);
}

std::string words_for(const Reply& reply) {
    const std::string text = reply.lines.empty() ? "" : printable(reply.lines.front(), 100);
    return text.empty() ? std::to_string(reply.code) : fmt::format("{} {}", reply.code, text);
}

}  // namespace tlspolicy::smtp
