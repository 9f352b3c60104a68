#include "postfix/reply_text.hpp"

#include "postfix/netstring.hpp"

#include <limits>

namespace tlspolicy::postfix {

std::string reply_text(const Answer& answer, std::string_view policy_domain) {
    std::string framed;
    append_reply(framed, answer, policy_domain);
    const auto decoded = decode_netstring(framed, std::numeric_limits<std::size_t>::max());
    const auto* frame = std::get_if<Frame>(&decoded);
    return frame == nullptr ? std::string() : std::string(frame->payload);
}

}  // namespace tlspolicy::postfix
