#include "fetch_fixture.hpp"

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::Ending;
using fakes::HttpsServer;

TEST_CASE_FIXTURE(FetchFixture,
                  "a policy is fetched with SNI and Host of the policy host") {  // proves STS-20
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    CHECK_FETCHES(fetch(server.port()));

    REQUIRE(server.requests().size() == 1);
    const auto request = server.requests().front();
    CHECK(request.sni == policy_host);
    CHECK(
        request.text.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.example.com\r\n"
                                 "User-Agent: tlspolicyd/"));
    CHECK(request.text.ends_with("\r\nConnection: close\r\n\r\n"));
    CHECK(request.text.find("Accept-Encoding") == std::string::npos);  // proves STS-24
    CHECK(dns.queries() == 1);
}

TEST_CASE_FIXTURE(FetchFixture, "every honest framing of the body is understood") {  // proves STS-24
    const std::string body(fakes::good_policy);
    const std::string type = "Content-Type: text/plain\r\n";
    Behaviour close_delimited;
    close_delimited.response = "HTTP/1.1 200 OK\r\n" + type + "\r\n" + body;
    Behaviour http_1_0;
    http_1_0.response = "HTTP/1.0 200 OK\r\n" + type + "\r\n" + body;
    Behaviour chunked;
    chunked.response = "HTTP/1.1 200 OK\r\n" + type + "Transfer-Encoding: chunked\r\n\r\n" + "a;x=y\r\n"
                       + body.substr(0, 10) + "\r\n" + fmt::format("{:X}\r\n", body.size() - 10)
                       + body.substr(10) + "\r\n0\r\nTrailer: x\r\n\r\n";
    Behaviour interim;
    interim.response =
        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + fakes::http_response(fakes::good_policy);
    Behaviour by_octets;
    by_octets.drip = std::chrono::milliseconds(1);
    Behaviour left_open;
    left_open.ending = Ending::hang;
    Behaviour unclean_after_the_whole;
    unclean_after_the_whole.ending = Ending::cut;

    HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    std::size_t served = 0;
    for (const auto& behaviour :
         {close_delimited, http_1_0, chunked, interim, by_octets, left_open, unclean_after_the_whole}) {
        CAPTURE(behaviour.response);
        server.behave(behaviour);
        CHECK_FETCHES(fetch(server.port()));
        CHECK(server.tcp().wait_until_closed(++served));
    }
}

TEST_CASE_FIXTURE(FetchFixture, "the media type may have parameters and any case") {  // proves STS-23
    HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    for (const auto* type : {"text/plain; charset=utf-8", "TEXT/Plain", "text/plain ;charset=us-ascii"}) {
        Behaviour behaviour;
        behaviour.response = fakes::http_response(fakes::good_policy, "200 OK", type);
        server.behave(behaviour);
        CHECK_FETCHES(fetch(server.port()));
    }
}

TEST_CASE_FIXTURE(FetchFixture, "a body of exactly the limit is a policy") {  // proves STS-17
    settings.max_policy_size = fakes::good_policy.size();
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    CHECK_FETCHES(fetch(server.port()));
}

TEST_CASE_FIXTURE(FetchFixture, "a wildcard counts as the whole left-most label") {  // proves STS-21
    fakes::LeafOptions wildcard;
    wildcard.dns_names = {"other.example", "*.example.com"};
    const HttpsServer server(ip("127.0.0.1"), ca.issue(wildcard));
    CHECK_FETCHES(fetch(server.port()));
}

TEST_CASE_FIXTURE(FetchFixture,
                  "an intermediate that the server sends completes the chain") {  // proves STS-21
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf(), fakes::Intermediate::sent));
    CHECK_FETCHES(fetch(server.port()));
}

TEST_CASE_FIXTURE(FetchFixture, "a policy is fetched over IPv6") {  // proves STS-20
    dns.set_addresses(policy_host, {"::1"});
    const HttpsServer server(ip("::1"), ca.issue(leaf()));
    CHECK_FETCHES(fetch(server.port()));
}
