#include "postfix/tcp_table.hpp"

#include "base/percent.hpp"
#include "fuzz/target.hpp"
#include "postfix/answer.hpp"
#include "postfix/lookup_key.hpp"

#include <string>

using namespace tlspolicy;
using namespace tlspolicy::postfix;
using tlspolicy::fuzz::invariant;

namespace {

/// Some answer that the key decides, with the stranger's text in it.
Answer answer_to(std::string_view key) {
    const auto lookup = LookupKey::parse(key);
    if (!lookup) return NotFound{};
    if (lookup->bracketed()) return Overridden{std::make_shared<const std::string>(key)};
    return Temp{std::string(key)};
}

/// The replies to a stream, read in pieces of `piece` bytes as a session reads it, up to what is malformed.
std::string serve(std::string_view stream, std::size_t piece) {
    std::string replies;
    std::string buffer;
    while (!stream.empty()) {
        buffer += stream.substr(0, piece);
        stream.remove_prefix(std::min(piece, stream.size()));
        auto step = decode_line(buffer);
        for (; std::holds_alternative<Line>(step); step = decode_line(buffer)) {
            const Line line = std::get<Line>(step);
            const auto coded = key_of_get(line.text);
            if (!coded) {
                append_table_refusal(replies);
            } else {
                const auto key = percent_decode(*coded);
                invariant(is_coded(*coded) || key == *coded, "what is not coded stays as it is");
                if (!key) return replies;
                append_table_reply(replies, answer_to(*key), *key);
            }
            buffer.erase(0, line.consumed);
        }
        if (std::holds_alternative<Malformed>(step)) return replies;
    }
    return replies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream = fuzz::as_text(data, size);
    const std::string replies = serve(stream, stream.size());
    invariant(serve(stream, 7) == replies, "replies do not depend on how the bytes are dealt");
    if (size < 500) invariant(serve(stream, 1) == replies, "not even byte by byte");

    std::string_view rest = replies;
    while (!rest.empty()) {
        const auto end = rest.find('\n');
        invariant(end != std::string_view::npos && end <= max_table_line,
                  "a reply is a line that Postfix reads");
        const std::string_view line = rest.substr(0, end);
        invariant(line.starts_with("200 ") || line.starts_with("400 ") || line.starts_with("500 "),
                  "a reply has a status");
        for (const char c : line.substr(4))
            invariant(c > ' ' && c <= '~', "a reply is printable, without blanks");
        rest.remove_prefix(end + 1);
    }
    return 0;
}
