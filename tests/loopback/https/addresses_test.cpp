#include "fetch_fixture.hpp"

#include <chrono>

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::BlackHole;
using fakes::HangAt;
using fakes::HttpsServer;

TEST_CASE_FIXTURE(FetchFixture, "where one address fails, the next is tried") {  // proves STS-20
    const HttpsServer good(ip("127.0.0.1"), ca.issue(leaf()));
    fakes::LeafOptions other;
    other.dns_names = {"other.example"};
    Behaviour cut;
    cut.response = "HTTP/1.1 200 OK\r\n";
    Behaviour mute;
    mute.hang = HangAt::server_hello;
    settings.timeout = std::chrono::milliseconds(3000);

    SUBCASE("refused") {
        dns.set_addresses(policy_host, {"::1", "127.0.0.1"});
        CHECK_FETCHES(fetch(good.port()));
    }
    SUBCASE("wrong certificate") {
        const HttpsServer bad(ip("::1"), ca.issue(other), {}, good.port());
        dns.set_addresses(policy_host, {"::1", "127.0.0.1"});
        CHECK_FETCHES(fetch(good.port()));
        CHECK(bad.tcp().connections() == 1);
    }
    SUBCASE("incomplete response") {
        const HttpsServer bad(ip("::1"), ca.issue(leaf()), cut, good.port());
        dns.set_addresses(policy_host, {"::1", "127.0.0.1"});
        CHECK_FETCHES(fetch(good.port()));
        CHECK(bad.tcp().connections() == 1);
    }
    SUBCASE("black hole") {
        const BlackHole bad(ip("::1"), good.port());
        dns.set_addresses(policy_host, {"::1", "127.0.0.1"});
        CHECK_FETCHES(fetch(good.port()));
    }
    SUBCASE("mute") {
        const HttpsServer bad(ip("::1"), ca.issue(leaf()), mute, good.port());
        dns.set_addresses(policy_host, {"::1", "127.0.0.1"});
        CHECK_FETCHES(fetch(good.port()));
    }
    SUBCASE("refused by the guard") {
        dns.set_addresses(policy_host, {"10.0.0.1", "127.0.0.1"});
        CHECK_FETCHES(fetch(good.port()));
    }
}

TEST_CASE_FIXTURE(FetchFixture, "where every address fails, what got furthest is reported") {
    fakes::LeafOptions other;
    other.dns_names = {"other.example"};
    const HttpsServer wrong_name(ip("127.0.0.1"), ca.issue(other));
    Behaviour plain;
    plain.spoken = fakes::Spoken::plain_text;
    const HttpsServer no_tls(ip("127.0.0.2"), ca.issue(leaf()), plain, wrong_name.port());

    dns.set_addresses(policy_host, {"10.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.3"});
    CHECK_FAILS(fetch(wrong_name.port()), ErrorKind::webpki,
                "certificate is for other.example, not for mta-sts.example.com (at 127.0.0.1)");
    dns.set_addresses(policy_host, {"10.0.0.1", "127.0.0.3", "127.0.0.2", "127.0.0.3"});
    CHECK_FAILS(fetch(wrong_name.port()), ErrorKind::fetch,
                "TLS handshake with 127.0.0.2: wrong version number");
    dns.set_addresses(policy_host, {"10.0.0.1", "127.0.0.3"});
    CHECK_FAILS(fetch(wrong_name.port()), ErrorKind::fetch, "connecting to 127.0.0.3: Connection refused");
}

TEST_CASE_FIXTURE(FetchFixture,
                  "of many addresses each has time enough, and few are tried") {  // proves STS-20
    dns.set_addresses(policy_host,
                      {"127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4", "127.0.1.5", "127.0.1.6",
                       "127.0.1.7", "127.0.1.8", "127.0.1.9", "127.0.1.10", "127.0.1.11", "127.0.1.12",
                       "127.0.1.13", "127.0.1.14", "127.0.1.15", "127.0.1.16"});

    SUBCASE("slow, but good") {
        Behaviour slow;
        slow.drip = std::chrono::milliseconds(5);  // a second for the whole
        const HttpsServer server(ip("0.0.0.0"), ca.issue(leaf()), slow);
        CHECK_FETCHES(fetch(server.port()));
        CHECK(server.tcp().connections() == 1);
    }
    SUBCASE("broken, all of them") {
        Behaviour plain;
        plain.spoken = fakes::Spoken::plain_text;
        const HttpsServer server(ip("0.0.0.0"), ca.issue(leaf()), plain);
        CHECK_FAILS(fetch(server.port()), ErrorKind::fetch,
                    "TLS handshake with 127.0.1.1: wrong version number");
        CHECK(server.tcp().connections() == https::HttpsPolicyFetcher::max_addresses);
    }
}

TEST_CASE_FIXTURE(FetchFixture, "special-purpose addresses are not connected to") {  // proves STS-27
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    settings.allow_addresses.clear();
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch,
                "address 127.0.0.1 of mta-sts.example.com is refused: loopback");
    dns.set_addresses(policy_host, {"::ffff:127.0.0.1"});
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch,
                "address 127.0.0.1 of mta-sts.example.com is refused: loopback");
    dns.set_addresses(policy_host, {"10.0.0.1"});
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch,
                "address 10.0.0.1 of mta-sts.example.com is refused: private use (RFC 1918)");
    CHECK(server.tcp().connections() == 0);
}

TEST_CASE_FIXTURE(FetchFixture, "a host without an address to be had is of the class fetch") {
    dns.no_addresses(policy_host);
    CHECK_FAILS(fetch(1), ErrorKind::fetch, "mta-sts.example.com has no address");
    dns.set_addresses(policy_host, {});
    CHECK_FAILS(fetch(1), ErrorKind::fetch, "mta-sts.example.com has no address");
    dns.fail_addresses(policy_host);
    CHECK_FAILS(fetch(1), ErrorKind::fetch,
                "no address of mta-sts.example.com: mta-sts.example.com: SERVFAIL");
}
