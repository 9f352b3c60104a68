#pragma once

#include "server/peer.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tlspolicy::server {

/// Names and values of "?name=value&other=value"; of a name that comes twice the first counts.
using HttpQuery = std::map<std::string, std::string, std::less<>>;

/// A whole request, as a service sees it. No aggregate: coroutines take it by value (CONTRIBUTING,
/// "Coroutines with g++ 12").
struct HttpRequest {
    explicit HttpRequest(std::string method_ = "GET", std::string path_ = "/")
        : method(std::move(method_)), path(std::move(path_)) {}

    std::string method;  ///< never HEAD: a service answers GET, the listener leaves the body out
    std::string path;    ///< decoded, without the query
    HttpQuery query;
    std::string body;
    std::optional<PeerCredentials> peer;  ///< at a Unix socket: who the client is
};
static_assert(!std::is_aggregate_v<HttpRequest>);

struct HttpResponse {
    explicit HttpResponse(unsigned status_ = 500, std::string body_ = {},
                          std::string content_type_ = "text/plain; charset=utf-8")
        : status(status_), content_type(std::move(content_type_)), body(std::move(body_)) {}

    unsigned status;
    std::string content_type;
    std::string body;
    std::string allow;  ///< the methods that a 405 has to name (RFC 9110, 15.5.6)
};
static_assert(!std::is_aggregate_v<HttpResponse>);

struct HttpTarget {
    std::string path;
    HttpQuery query;

    friend bool operator==(const HttpTarget&, const HttpTarget&) = default;
};

/// What stands between the method and the version: "/path?query" or "http://host/path?query" (RFC 9112, 3.2).
/// nullopt: neither, or a % without two digits.
std::optional<HttpTarget> parse_target(std::string_view target);

}  // namespace tlspolicy::server
