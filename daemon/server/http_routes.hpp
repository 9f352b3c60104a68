#pragma once

#include "server/http_service.hpp"

#include <functional>
#include <map>
#include <string>

namespace tlspolicy::server {

/// A service made of handlers for single paths; it knows what to say to all others (404) and to a method that
/// a path does not have (405).
class HttpRoutes final : public HttpService {
public:
    using Handler = std::function<boost::asio::awaitable<HttpResponse>(HttpRequest)>;

    void add(std::string method, std::string path, Handler handler);
    boost::asio::awaitable<HttpResponse> respond(HttpRequest request) override;

private:
    std::map<std::string, std::map<std::string, Handler>, std::less<>> paths_;  // by path and method
};

}  // namespace tlspolicy::server
