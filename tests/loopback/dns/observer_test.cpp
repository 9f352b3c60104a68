#include "loopback/dns/client_fixture.hpp"

#include <vector>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::loopback;
using namespace std::chrono_literals;
using fakes::dns_txt;

namespace {

class Seen final : public QueryObserver {
public:
    void exchanged(const Exchange& exchange) override { all.push_back(exchange); }
    std::vector<Exchange> all;
};

}  // namespace

TEST_CASE_FIXTURE(ClientFixture, "an observer sees each query with its server and what was answered") {
    server.set("_mta-sts.example.com", dns_txt("v=STSv1; id=1;", 600));
    auto dns = client(settings());
    Seen seen;
    dns.observe(seen);
    CHECK(text(dns, "_mta-sts.example.com") == "v=STSv1; id=1;");
    REQUIRE(seen.all.size() == 1);
    const Exchange& exchange = seen.all.front();
    CHECK(exchange.question == dns::Question{"_mta-sts.example.com", RecordType::txt});
    CHECK(exchange.server.find("127.0.0.1") == 0);
    CHECK(exchange.transport == Transport::udp);
    CHECK(exchange.took.has_value());
    REQUIRE(exchange.reply.has_value());
    CHECK(exchange.reply->answers.size() == 1);
}

TEST_CASE_FIXTURE(ClientFixture, "an observer sees the truncated answer, and the one over TCP") {
    server.set("_mta-sts.example.com", dns_txt("v=STSv1; id=1;", 600));
    server.misbehave("_mta-sts.example.com", DnsFault::truncated);
    auto dns = client(settings());
    Seen seen;
    dns.observe(seen);
    CHECK(text(dns, "_mta-sts.example.com") == "v=STSv1; id=1;");
    REQUIRE(seen.all.size() == 2);
    CHECK(seen.all[0].reply->truncated);
    CHECK(seen.all[1].transport == Transport::tcp);
}

TEST_CASE_FIXTURE(ClientFixture, "an observer sees a server that does not answer") {
    server.misbehave("_mta-sts.example.com", DnsFault::silence);
    auto chosen = settings(300ms);
    chosen.attempts = 1;
    auto dns = client(chosen);
    Seen seen;
    dns.observe(seen);
    CHECK(txt(dns, "_mta-sts.example.com").has_error());
    REQUIRE(!seen.all.empty());
    REQUIRE(seen.all.front().reply.has_error());
    CHECK(seen.all.front().reply.error().message() == "no answer");
}
