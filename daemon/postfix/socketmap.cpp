#include "postfix/socketmap.hpp"

namespace tlspolicy::postfix {

std::variant<Request, Malformed> parse_request(std::string_view payload) noexcept {
    const std::size_t blank = payload.find(' ');
    if (blank == std::string_view::npos) return Malformed{"no blank after the map name"};
    const Request request{payload.substr(0, blank), payload.substr(blank + 1)};
    if (request.map.empty()) return Malformed{"no map name"};
    if (request.map.size() > max_map_name) return Malformed{"the map name is too long"};
    if (request.key.size() > max_key) return Malformed{"the key is too long"};
    return request;
}

}  // namespace tlspolicy::postfix
