#include "bench/endpoint.hpp"

#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/un.h>

namespace tlspolicy::bench {

Endpoint parse_endpoint(const std::string& text) {
    Endpoint endpoint;
    if (text.rfind("unix:", 0) == 0) {
        sockaddr_un address{};
        endpoint.unix_path = text.substr(5);
        if (endpoint.unix_path.empty() || endpoint.unix_path.size() >= sizeof address.sun_path)
            throw std::invalid_argument("path empty or too long: " + text);
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, endpoint.unix_path.c_str(), endpoint.unix_path.size() + 1);
        std::memcpy(&endpoint.address, &address, sizeof address);
        endpoint.size = sizeof address;
        return endpoint;
    }
    const auto colon = text.rfind(':');
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (colon == std::string::npos
        || inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
        throw std::invalid_argument("neither ADDRESS:PORT nor unix:PATH: " + text);
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoul(text.substr(colon + 1))));
    std::memcpy(&endpoint.address, &address, sizeof address);
    endpoint.size = sizeof address;
    return endpoint;
}

}  // namespace tlspolicy::bench
