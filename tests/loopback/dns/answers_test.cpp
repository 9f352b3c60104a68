#include "dns/name_server.hpp"
#include "loopback/dns/client_fixture.hpp"

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::loopback;
using namespace std::chrono_literals;
using fakes::dns_address;
using fakes::dns_cname;
using fakes::dns_txt;

TEST_CASE_FIXTURE(ClientFixture, "the strings of a TXT record are joined, its records are kept apart") {
    // proves STS-1
    server.set("_mta-sts.example.com", DnsType::txt,
               {dns_txt({"v=STSv1; ", "id=", "20260101;"}, 300), dns_txt("second", 60)});
    auto dns = client(settings());
    const auto answer = txt(dns, "_mta-sts.example.com");
    REQUIRE(answer.has_value());
    const auto& records = std::get<TxtRecords>(*answer);
    CHECK(records.texts == std::vector<std::string>{"v=STSv1; id=20260101;", "second"});
    CHECK(records.ttl == 60s);
}

TEST_CASE_FIXTURE(ClientFixture, "CNAMEs are followed, and the least TTL on the path counts") {
    // proves STS-1
    server.set("_mta-sts.example.com", dns_cname("a.example.net", 50));
    server.set("a.example.net", dns_cname("b.example.net", 40));
    server.set("b.example.net", dns_txt("v=STSv1; id=1;", 600));
    auto dns = client(settings());
    const auto whole = txt(dns, "_mta-sts.example.com");
    CHECK(shown(whole) == "v=STSv1; id=1;");
    CHECK(std::get<TxtRecords>(*whole).ttl == 40s);

    SUBCASE("also when the server leaves them to us") {
        server.misbehave("_mta-sts.example.com", DnsFault::alias_only);
        server.misbehave("a.example.net", DnsFault::alias_only);
        const auto pieces = txt(dns, "_mta-sts.example.com");
        CHECK(shown(pieces) == "v=STSv1; id=1;");
        CHECK(std::get<TxtRecords>(*pieces).ttl == 40s);
        CHECK(server.queries("b.example.net") == 1);
    }
    SUBCASE("and their end may be that there is none") {
        server.remove("b.example.net");
        server.set_soa(600, 120);
        const auto gone = txt(dns, "_mta-sts.example.com");
        CHECK(shown(gone) == "NXDOMAIN");
        CHECK(std::get<Absent>(*gone).ttl == 40s);
    }
}

TEST_CASE_FIXTURE(ClientFixture, "a CNAME loop is a failure, not an absence") {
    const std::string from = text_of(server.address());
    server.set("loop.example.com", dns_cname("back.example.com"));
    server.set("back.example.com", dns_cname("loop.example.com"));
    auto dns = client(settings());
    CHECK(text(dns, "loop.example.com")
          == "TXT loop.example.com: malformed answer from " + from + ": CNAME loop or more than 8 CNAMEs");
    server.misbehave("loop.example.com", DnsFault::alias_only);
    server.misbehave("back.example.com", DnsFault::alias_only);
    CHECK(text(dns, "loop.example.com")
          == "TXT loop.example.com: malformed answer from " + from + ": more than 8 CNAMEs");
}

TEST_CASE_FIXTURE(ClientFixture,
                  "NXDOMAIN and NODATA are told apart, with the time that the SOA gives them") {
    // proves STS-5
    server.set("nodata.example.com", dns_address("192.0.2.1"));
    auto dns = client(settings());
    server.set_soa(600, 120);
    auto answer = txt(dns, "nxdomain.example.com");
    CHECK(shown(answer) == "NXDOMAIN");
    CHECK(std::get<Absent>(*answer).ttl == 120s);
    server.set_soa(30, 120);
    answer = txt(dns, "nodata.example.com");
    CHECK(shown(answer) == "NODATA");
    CHECK(std::get<Absent>(*answer).ttl == 30s);

    server.misbehave("nodata.example.com", DnsFault::nodata_without_soa);
    server.misbehave("nxdomain.example.com", DnsFault::nxdomain_without_soa);
    answer = txt(dns, "nodata.example.com");
    CHECK(shown(answer) == "NODATA");
    CHECK_FALSE(std::get<Absent>(*answer).ttl.has_value());
    answer = txt(dns, "nxdomain.example.com");
    CHECK(shown(answer) == "NXDOMAIN");
    CHECK_FALSE(std::get<Absent>(*answer).ttl.has_value());
}

TEST_CASE_FIXTURE(ClientFixture, "a TTL with the high bit set counts as 0") {
    server.set("ttl.example.com", dns_txt("x", 0x80000001U));
    auto dns = client(settings());
    const auto answer = txt(dns, "ttl.example.com");
    CHECK(std::get<TxtRecords>(*answer).ttl == 0s);
}

TEST_CASE_FIXTURE(ClientFixture, "an answer too long for UDP is fetched by TCP") {
    server.set("cut.example.com", dns_txt("good by TCP"));
    server.misbehave("cut.example.com", DnsFault::truncated);
    std::vector<fakes::DnsRecord> many;
    for (unsigned i = 0; i < 230; ++i)  // 60 kB, and every string as long as can be
        many.push_back(dns_txt(std::string(250, 'x') + std::to_string(1000 + i)));
    server.set("big.example.com", DnsType::txt, many);
    server.set("strings.example.com", dns_txt(std::vector<std::string>(250, std::string(255, 'y'))));
    server.set("edns.example.com", dns_txt(std::vector<std::string>(4, std::string(255, 'z'))));
    auto dns = client(settings());

    CHECK(text(dns, "cut.example.com") == "good by TCP");
    CHECK(server.queries("cut.example.com", DnsTransport::tcp) == 1);
    const auto big = txt(dns, "big.example.com");
    CHECK(std::get<TxtRecords>(*big).texts.size() == 230);
    CHECK(text(dns, "strings.example.com") == std::string(250 * 255, 'y'));
    CHECK(text(dns, "edns.example.com") == std::string(4 * 255, 'z'));
    CHECK(server.queries("edns.example.com", DnsTransport::tcp) == 0);  // EDNS let it through
}

TEST_CASE_FIXTURE(ClientFixture, "the families of a host's addresses take turns, IPv6 first") {
    server.set("mta-sts.example.com", DnsType::a,
               {dns_address("192.0.2.1", 100), dns_address("192.0.2.2", 90)});
    server.set("mta-sts.example.com", DnsType::aaaa, {dns_address("2001:db8::1", 80)});
    server.set("v4.example.com", dns_address("192.0.2.3", 70));
    server.set("none.example.com", dns_txt("x"));
    auto dns = client(settings());
    const auto shown = [&](std::string_view name) {
        std::string all;
        const auto answer = addresses(dns, name);
        for (const IpAddress& address : std::get<HostAddresses>(*answer).addresses)
            all += address.text() + ' ';
        return all;
    };
    CHECK(shown("mta-sts.example.com") == "2001:db8::1 192.0.2.1 192.0.2.2 ");
    CHECK(shown("v4.example.com") == "192.0.2.3 ");
    auto answer = addresses(dns, "mta-sts.example.com");
    CHECK(std::get<HostAddresses>(*answer).ttl == 80s);
    answer = addresses(dns, "none.example.com");
    CHECK(std::get<Absent>(*answer).why == Absent::Why::nodata);
    answer = addresses(dns, "nobody.example.com");
    CHECK(std::get<Absent>(*answer).why == Absent::Why::nxdomain);
    CHECK(std::get<Absent>(*answer).ttl == 120s);
    server.misbehave("none.example.com", DnsFault::servfail);
    answer = addresses(dns, "none.example.com");
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().message() == "A none.example.com: SERVFAIL from " + text_of(server.address()));
}
