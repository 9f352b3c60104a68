#include "postfix/socketmap.hpp"

#include "fuzz/target.hpp"
#include "postfix/answer.hpp"
#include "postfix/lookup_key.hpp"

#include <string>
#include <vector>

using namespace tlspolicy;
using namespace tlspolicy::postfix;
using tlspolicy::fuzz::invariant;

namespace {

std::shared_ptr<const SecureText> secure_text() {
    const std::vector<std::string_view> patterns = {"mx.example.com", "*.example.net"};
    const std::vector<std::string> lines = {"version: STSv1", "mode: enforce"};
    return std::make_shared<const SecureText>(SecureText::create(patterns, lines).value());
}

/// Some answer that the request decides, so that every kind comes up and remote text reaches reasons.
Answer answer_to(const Request& request) {
    static const auto text = secure_text();
    const auto key = LookupKey::parse(request.key);
    if (!key) return NotFound{};
    if (request.map == "postfix") return Found{text, false};
    if (request.map == "QUERYwithTLSRPT") return Found{text, true};
    if (key->bracketed()) return Perm{std::string(request.map)};
    return Temp{std::string(request.key)};
}

/// The replies to a stream, read in pieces of `piece` bytes as a session reads it, up to what is malformed.
std::string serve(std::string_view stream, std::size_t piece) {
    std::string replies;
    std::string buffer;
    while (!stream.empty()) {
        buffer += stream.substr(0, piece);
        stream.remove_prefix(std::min(piece, stream.size()));
        auto step = decode_netstring(buffer, max_request);
        for (; std::holds_alternative<Frame>(step); step = decode_netstring(buffer, max_request)) {
            const Frame frame = std::get<Frame>(step);
            const auto request = parse_request(frame.payload);
            if (std::holds_alternative<Malformed>(request)) return replies;
            const Request& wanted = std::get<Request>(request);
            const auto key = LookupKey::parse(wanted.key);
            append_reply(replies, answer_to(wanted), key ? key->domain().text() : "");
            buffer.erase(0, frame.consumed);
        }
        if (std::holds_alternative<Malformed>(step)) return replies;
    }
    return replies;
}

bool has_status(std::string_view reply) {
    for (const std::string_view status : {"OK ", "NOTFOUND ", "TEMP ", "PERM "})
        if (reply.substr(0, status.size()) == status) return true;
    return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view stream = fuzz::as_text(data, size);
    const std::string replies = serve(stream, stream.size());
    invariant(serve(stream, 7) == replies, "replies do not depend on how the bytes are dealt");
    if (size < 500) invariant(serve(stream, 1) == replies, "not even byte by byte");

    std::string_view rest = replies;
    while (!rest.empty()) {
        const auto step = decode_netstring(rest, max_reply);
        invariant(std::holds_alternative<Frame>(step), "replies are netstrings");
        const Frame frame = std::get<Frame>(step);
        invariant(has_status(frame.payload), "a reply has a status");
        for (const char c : frame.payload)
            invariant(c >= ' ' && c <= '~', "a reply is printable");
        rest.remove_prefix(frame.consumed);
    }
    return 0;
}
