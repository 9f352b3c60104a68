#pragma once

#include "base/clock.hpp"
#include "fakes/log_capture.hpp"
#include "loopback/server/server_fixture.hpp"
#include "server/http_routes.hpp"
#include "server/http_server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace tlspolicy::test {

/// An HTTP listener under test on a network loop of its own. `limits` and `listener` are for the test to
/// change before start().
///
/// It serves: GET / "here\n"; POST /echo the body, the query's "a" and the user; GET /large 8 MiB; GET /never
/// nothing, ever; GET /bug an exception.
class HttpFixture {
public:
    HttpFixture();
    HttpFixture(const HttpFixture&) = delete;
    HttpFixture& operator=(const HttpFixture&) = delete;
    ~HttpFixture();

    void start();
    void stop();
    /// Returns when the last client is gone.
    void wait_until_empty();
    fakes::SocketmapClient connect() const { return port.connect(); }

    fakes::LogCapture log;
    FreePort port;
    server::HttpLimits limits;
    server::Listener listener;

private:
    void add_routes();

    SystemClock clock_;
    boost::asio::io_context network_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    server::HttpRoutes routes_;
    std::unique_ptr<server::HttpServer> server_;
    std::thread thread_;
};

/// The whole reply of a 1.1 connection that goes on.
std::string http_reply(std::string_view status, std::string_view body);

}  // namespace tlspolicy::test
