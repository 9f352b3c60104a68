#include "postfix/netstring.hpp"

#include "fuzz/target.hpp"

#include <string>

using namespace tlspolicy;
using namespace tlspolicy::postfix;
using tlspolicy::fuzz::invariant;

namespace {

constexpr std::size_t limit = 300;

void check_prefixes(std::string_view buffered, std::size_t decided_at, bool malformed) {
    for (std::size_t length = 0; length < buffered.size() && length <= limit + 10; ++length) {
        const auto step = decode_netstring(buffered.substr(0, length), limit);
        if (!malformed)
            invariant(std::holds_alternative<NeedMore>(step) == (length < decided_at),
                      "a frame ends at its comma");
        if (malformed)
            invariant(!std::holds_alternative<Frame>(step), "no part of a malformed message is a frame");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view buffered = fuzz::as_text(data, size);
    while (true) {
        const auto step = decode_netstring(buffered, limit);
        if (std::holds_alternative<NeedMore>(step)) {
            invariant(buffered.size() < limit + 5, "a whole message is not waited for");
            check_prefixes(buffered, buffered.size() + 1, false);
            return 0;
        }
        if (const auto* malformed = std::get_if<Malformed>(&step)) {
            invariant(!malformed->why.empty(), "a reason is given");
            const auto more = decode_netstring(std::string(buffered) + "0:,", limit);
            invariant(std::holds_alternative<Malformed>(more), "nothing that follows mends it");
            check_prefixes(buffered, 0, true);
            return 0;
        }
        const Frame frame = std::get<Frame>(step);
        const std::string encoded =
            std::to_string(frame.payload.size()) + ":" + std::string(frame.payload) + ",";
        invariant(frame.payload.size() <= limit, "a payload keeps the limit");
        invariant(encoded == buffered.substr(0, frame.consumed), "a netstring has one encoding");
        check_prefixes(buffered, frame.consumed, false);
        buffered.remove_prefix(frame.consumed);
    }
}
