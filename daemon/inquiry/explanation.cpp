#include "inquiry/explanation.hpp"

#include "base/ip_address.hpp"

namespace tlspolicy::inquiry {

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
