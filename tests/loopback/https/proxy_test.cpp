#include "fakes/connect_proxy.hpp"
#include "fetch_fixture.hpp"

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::ConnectProxy;
using fakes::HttpsServer;

namespace {

struct ProxyFixture : FetchFixture {
    ProxyFixture() {
        settings.allow_addresses.clear();  // the operator chose the proxy: the guard has no say
        settings.proxy = https::Proxy{"127.0.0.1", proxy.port()};
        name = "proxy 127.0.0.1:" + std::to_string(proxy.port());
    }
    ConnectProxy proxy{ip("127.0.0.1")};
    HttpsServer server{ip("127.0.0.1"), ca.issue(leaf())};
    std::string name;
};

}  // namespace

TEST_CASE_FIXTURE(ProxyFixture, "a proxy is asked to connect to the policy host by name") {
    CHECK_FETCHES(fetch(server.port()));
    REQUIRE(proxy.requests().size() == 1);
    const std::string target = "mta-sts.example.com:" + std::to_string(server.port());
    const std::string request = proxy.requests().front();
    CHECK(request.starts_with("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"));
    CHECK(request.find("Proxy-Authorization") == std::string::npos);
    CHECK(dns.queries() == 0);
    CHECK(server.requests().front().sni == policy_host);
}

TEST_CASE_FIXTURE(ProxyFixture, "a proxy may have a name and ask for credentials") {
    dns.set_addresses("proxy.example.net", {"127.0.0.1"});
    settings.proxy->host = "proxy.example.net";
    settings.proxy->credentials = "Aladdin:open sesame";
    CHECK_FETCHES(fetch(server.port()));
    CHECK(proxy.requests().front().find("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n")
          != std::string::npos);
    CHECK(dns.queries_for("proxy.example.net") == 1);
    CHECK(dns.queries() == 1);
}

TEST_CASE_FIXTURE(ProxyFixture, "a proxy that opens no tunnel is of the class fetch") {
    const std::pair<std::string, std::string> answers[] = {
        {"HTTP/1.1 403 Forbidden\r\n\r\n", " answered 403"},
        {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!", " answered 407"},
        {"220 mail.example.com ESMTP\r\n\r\n", " answered \"220 mail.example.com ESMTP\", not HTTP"},
        {"HTTP/1.1 200 OK\r\n\r\nhello", " spoke before the policy host was asked"},
        {std::string(9000, 'x'), " answered with an endless header"},
        {"HTTP/1.1 2", ": connection closed"},
    };
    for (const auto& [answer, message] : answers) {
        proxy.answer(answer);
        CHECK_FAILS(fetch(server.port()), ErrorKind::fetch, name + message);
    }
    settings.timeout = std::chrono::milliseconds(300);
    proxy.answer("");
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch, "time-out after 300 ms waiting for " + name);
}

TEST_CASE_FIXTURE(ProxyFixture, "a proxy that cannot be reached is of the class fetch") {
    settings.proxy->host = "127.0.0.8";
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch,
                "connecting to proxy 127.0.0.8:" + std::to_string(proxy.port()) + ": Connection refused");
    settings.proxy->host = "nowhere.example.net";
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch, "proxy: nowhere.example.net has no address");
}

TEST_CASE_FIXTURE(ProxyFixture,
                  "behind a proxy the policy host still has to prove its name") {  // proves STS-21
    server.become(fakes::CertificateAuthority::self_signed(leaf()));
    CHECK_FAILS(fetch(server.port()), ErrorKind::webpki, "self-signed certificate");
}
