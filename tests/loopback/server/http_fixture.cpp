#include "loopback/server/http_fixture.hpp"

#include "async/event.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <future>
#include <stdexcept>
#include <utility>

namespace tlspolicy::test {
namespace {

namespace asio = boost::asio;
using server::HttpRequest;
using server::HttpResponse;

template <class Function>
auto on(asio::io_context& loop, Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    asio::post(loop, std::move(task));
    return result.get();
}

asio::awaitable<HttpResponse> say(HttpRequest request, std::string text) {
    HttpResponse response(200, std::move(text));
    if (request.path == "/echo") {
        response.body += request.body + " a=" + request.query["a"];
        if (request.peer) response.body += " uid=" + std::to_string(request.peer->user);
    }
    co_return response;
}

asio::awaitable<HttpResponse> say_nothing(HttpRequest /*request*/) {
    const auto executor = co_await asio::this_coro::executor;
    async::Event never(executor);
    co_await never.wait();
    HttpResponse response(500);
    co_return response;
}

asio::awaitable<HttpResponse> fail(HttpRequest /*request*/) {
    throw std::runtime_error("a bug");
    co_return HttpResponse();
}

}  // namespace

HttpFixture::HttpFixture() : listener{port.endpoint()}, work_(network_.get_executor()) {}

HttpFixture::~HttpFixture() {
    if (server_) stop();
    work_.reset();
    if (thread_.joinable()) thread_.join();
}

void HttpFixture::add_routes() {
    const auto text = [](std::string words) {
        return [words](HttpRequest request) { return say(std::move(request), words); };
    };
    routes_.add("GET", "/", text("here\n"));
    routes_.add("POST", "/echo", text("echo "));
    routes_.add("GET", "/large", text(std::string(8UL * 1024 * 1024, 'x')));
    routes_.add("GET", "/never", say_nothing);
    routes_.add("GET", "/bug", fail);
}

void HttpFixture::start() {
    add_routes();
    server_ = std::make_unique<server::HttpServer>(network_, clock_, limits, routes_);
    if (const auto listening = server_->listen(listener); !listening) {
        server_.reset();
        throw std::runtime_error(listening.error().message());
    }
    server_->start();
    thread_ = std::thread([this] { network_.run(); });
}

void HttpFixture::stop() {
    on(network_, [this] { server_->stop(); });
    while (!on(network_, [this] { return server_->idle(); }))
        std::this_thread::yield();
    on(network_, [this] { server_.reset(); });
}

void HttpFixture::wait_until_empty() {
    while (on(network_, [this] { return server_->clients(); }) != 0)
        std::this_thread::yield();
}

std::string http_reply(std::string_view status, std::string_view body) {
    return "HTTP/1.1 " + std::string(status)
           + "\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
             "X-Content-Type-Options: nosniff\r\nContent-Length: "
           + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace tlspolicy::test
