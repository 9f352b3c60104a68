#include "inquiry/explanation.hpp"

#include "base/ip_address.hpp"
#include "postfix/answer.hpp"
#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"

#include <limits>

namespace tlspolicy::inquiry {

std::string text_of(const postfix::Answer& answer, std::string_view policy_domain) {
    std::string framed;
    postfix::append_reply(framed, answer, policy_domain);
    const auto decoded = postfix::decode_netstring(framed, std::numeric_limits<std::size_t>::max());
    const auto* frame = std::get_if<postfix::Frame>(&decoded);
    return frame == nullptr ? std::string() : std::string(frame->payload);
}

std::string why_no_domain(std::string_view key) {
    std::string_view host = key;
    if (!host.empty() && host.front() == '[') {
        const std::size_t close = host.find(']');
        if (close == std::string_view::npos) return "it has no closing bracket";
        host = host.substr(1, close - 1);
        if (IpAddress::parse(host) || host.substr(0, 5) == "IPv6:") return "it is an address literal";
    } else {
        if (IpAddress::parse(host)) return "it is an address";
        host = host.substr(0, host.find(':'));
    }
    if (host.empty()) return "it is empty";
    if (host.front() == '.')
        return "it is Postfix's try for a parent domain, which no policy is inherited from";
    const auto domain = Domain::parse(host);
    if (!domain) return domain.error().message();
    return "its port is neither a number from 1 to 65535 nor a service name";
}

}  // namespace tlspolicy::inquiry
