#include "https/proxy_tunnel.hpp"

#include <doctest/doctest.h>

using namespace tlspolicy;
using https::judge_reply;

TEST_CASE("a proxy's reply is judged once its header is whole") {
    const std::string good = "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n";
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(judge_reply(std::string_view(good).substr(0, size), "proxy").has_value());
    CHECK(judge_reply(good, "proxy")->has_value());
    CHECK(judge_reply("HTTP/1.0 200\r\n\r\n", "proxy")->has_value());
    CHECK(judge_reply("HTTP/1.1 299 Fine\r\n\r\n", "proxy")->has_value());

    const std::pair<std::string, std::string> bad[] = {
        {"HTTP/1.1 403 Forbidden\r\n\r\n", "proxy answered 403"},
        {"HTTP/1.1 301 Moved\r\n\r\n", "proxy answered 301"},
        {good + "x", "proxy spoke before the policy host was asked"},
        {"HTTP/2 200\r\n\r\n", "proxy answered \"HTTP/2 200\", not HTTP"},
        {"HTTP/1.1 20\r\n\r\n", "proxy answered \"HTTP/1.1 20\", not HTTP"},
        {"HTTP/1.1 2000\r\n\r\n", "proxy answered \"HTTP/1.1 2000\", not HTTP"},
        {"HTTP/1.x 200 OK\r\n\r\n", "proxy answered \"HTTP/1.x 200 OK\", not HTTP"},
        {"\r\n\r\n", "proxy answered \"\", not HTTP"},
        {std::string(https::max_proxy_reply, 'x'), "proxy answered with an endless header"},
    };
    for (const auto& [reply, message] : bad) {
        CAPTURE(reply);
        const auto judged = judge_reply(reply, "proxy");
        REQUIRE(judged.has_value());
        REQUIRE_FALSE(judged->has_value());
        CHECK(judged->error().message() == message);
        CHECK(name_of(judged->error().kind()) == "fetch");
    }
}

TEST_CASE("a proxy is asked for a tunnel, with credentials where it has some") {
    https::Proxy proxy;
    proxy.host = "10.0.0.3";
    const auto plain = https::connect_request(proxy, "mta-sts.example.com", 443);
    CHECK(plain.starts_with("CONNECT mta-sts.example.com:443 HTTP/1.1\r\nHost: mta-sts.example.com:443\r\n"));
    CHECK(plain.ends_with("\r\n\r\n"));
    CHECK(plain.find("Proxy-Authorization") == std::string::npos);
    proxy.credentials = "a:b";
    CHECK(https::connect_request(proxy, "mta-sts.example.com", 443)
              .find("\r\nProxy-Authorization: Basic YTpi\r\n\r\n")
          != std::string::npos);
}
