#include "fetch_fixture.hpp"

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::Ending;
using fakes::HttpsServer;

TEST_CASE_FIXTURE(FetchFixture,
                  "a policy is fetched with SNI and Host of the policy host") {  // proves STS-20
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    const auto policy = fetch(server.port());
    REQUIRE(policy.has_value());
    CHECK(*policy == fakes::good_policy);

    REQUIRE(server.requests().size() == 1);
    const auto request = server.requests().front();
    CHECK(request.sni == policy_host);
    CHECK(request.text.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.example.com\r\n"
                                   "User-Agent: tlspolicyd/"));
    CHECK(request.text.ends_with("\r\nConnection: close\r\n\r\n"));
    CHECK(request.text.find("Accept-Encoding") == std::string::npos);
    CHECK(dns.queries() == 1);
}
