#include "base/ascii.hpp"
#include "fuzz/target.hpp"
#include "smtp/reply.hpp"

#include <algorithm>
#include <string>

using namespace tlspolicy;
using tlspolicy::fuzz::invariant;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::as_text(data, size);
    const auto decoded = smtp::decode_reply(text);
    if (const auto* reply = std::get_if<smtp::Reply>(&decoded)) {
        invariant(reply->size > 0 && reply->size <= text.size(), "a reply is made of what came");
        invariant(reply->size <= smtp::max_reply + smtp::max_reply_line, "a reply is bounded");
        invariant(text[reply->size - 1] == '\n', "a reply ends in a line end");
        invariant(reply->code >= 200 && reply->code < 600, "a code has its range");
        const auto again = smtp::decode_reply(text.substr(0, reply->size));
        invariant(std::holds_alternative<smtp::Reply>(again), "what follows a reply does not change it");
        const std::string words = smtp::words_for(*reply);
        invariant(std::all_of(words.begin(), words.end(), ascii::is_printable), "its words are printable");
        static_cast<void>(smtp::offers(*reply, "STARTTLS"));
    } else if (const auto* none = std::get_if<smtp::NoReply>(&decoded)) {
        invariant(std::all_of(none->why.begin(), none->why.end(), ascii::is_printable),
                  "a reason is printable");
        invariant(!none->why.empty() && none->why.size() < 1000, "a reason is bounded");
    } else {
        invariant(text.size() < smtp::max_reply + smtp::max_reply_line, "waiting has an end");
    }
    return 0;
}
