#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// SMTP as a client reads it (RFC 5321, 4.2): octets → replies. No socket.
namespace tlspolicy::smtp {

/// A whole reply; the texts are as sent, without code and line end.
struct Reply {
    unsigned code = 0;
    std::vector<std::string> lines = {};
    std::size_t size = 0;  ///< octets that it took

    bool positive() const noexcept { return code / 100 == 2; }
};

struct NeedMore {};

/// It will never become a reply.
struct NoReply {
    std::string why;
};

/// A line with its end; RFC 5321, 4.5.3.1.5 has 512, and servers that greet in verse.
constexpr std::size_t max_reply_line = 2048;
/// All lines of one reply: what goes on after that is an attack.
constexpr std::size_t max_reply = 16 * 1024;

/// What stands at the start of `buffered`. Lines may end in LF alone, as some servers' do.
std::variant<NeedMore, Reply, NoReply> decode_reply(std::string_view buffered);

/// Whether the reply to an EHLO offers an extension, by its keyword (RFC 5321, 4.1.1.1).
bool offers(const Reply& ehlo, std::string_view keyword) noexcept;

/// "454 TLS not available", for people.
std::string words_for(const Reply& reply);

}  // namespace tlspolicy::smtp
