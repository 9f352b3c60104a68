#include "server/http_routes.hpp"

#include <utility>

namespace tlspolicy::server {

void HttpRoutes::add(std::string method, std::string path, Handler handler) {
    paths_[std::move(path)].insert_or_assign(std::move(method), std::move(handler));
}

boost::asio::awaitable<HttpResponse> HttpRoutes::respond(HttpRequest request) {
    const auto path = paths_.find(request.path);
    if (path == paths_.end()) {
        HttpResponse unknown(404, "There is nothing here.\n");
        co_return unknown;
    }
    const auto& methods = path->second;
    const auto method = methods.find(request.method);
    if (method == methods.end()) {
        HttpResponse wrong(405, "This method is not for this path.\n");
        for (const auto& [name, handler] : methods)
            wrong.allow += (wrong.allow.empty() ? "" : ", ") + name + (name == "GET" ? ", HEAD" : "");
        co_return wrong;
    }
    auto work = method->second(std::move(request));
    HttpResponse response = co_await std::move(work);
    co_return response;
}

}  // namespace tlspolicy::server
