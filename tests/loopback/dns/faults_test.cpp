#include "dns/name_server.hpp"
#include "loopback/dns/client_fixture.hpp"

#include <cstdint>
#include <optional>
#include <utility>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::loopback;
using namespace std::chrono_literals;
using fakes::dns_txt;

namespace {

struct Case {
    DnsFault fault;
    std::string_view expected;     // $ stands for the server
    std::string_view detail = {};  // left out by c-ares from 1.19 on, which finds the damage itself
};

std::string with_server(std::string_view text, const std::string& server) {
    std::string result(text);
    if (const auto at = result.find('$'); at != std::string::npos) result.replace(at, 1, server);
    return result;
}

/// Starts a server a moment after a query has been refused at its address.
class Starter final : public QueryObserver {
public:
    Starter(boost::asio::io_context& loop, std::uint16_t port) : loop_(loop), port_(port) {}
    void exchanged(const Exchange& /*exchange*/) override {
        if (std::exchange(missed_, true)) return;
        timer_.expires_after(50ms);
        timer_.async_wait([this](boost::system::error_code /*none*/) {
            server_.emplace(loop_.get_executor(), DnsServer::Tcp::listen, port_);
            server_->set("x.example.com", dns_txt("good"));
        });
    }

private:
    boost::asio::io_context& loop_;
    std::uint16_t port_;
    boost::asio::steady_timer timer_{loop_};
    bool missed_ = false;
    std::optional<DnsServer> server_;
};

}  // namespace

TEST_CASE_FIXTURE(ClientFixture, "a resolver that is being started again is waited for") {
    Settings chosen = settings(2s);
    chosen.servers = {DnsServer(loop.get_executor()).address()};
    loop.poll();  // it has closed
    auto dns = client(chosen);
    Starter starter(loop, chosen.servers.front().port);
    dns.observe(starter);
    CHECK(text(dns, "x.example.com") == "good");
}

TEST_CASE_FIXTURE(ClientFixture,
                  "a resolver that refuses for good fails the lookup, at once where another has said no") {
    const dns::NameServer closed = DnsServer(loop.get_executor()).address();
    loop.poll();
    Settings chosen = settings(1s);
    chosen.servers = {closed};
    auto alone = client(chosen);
    CHECK(text(alone, "x.example.com") == "TXT x.example.com: " + text_of(closed) + " cannot be reached");
    chosen.timeout = std::chrono::hours(1);  // the test would hang
    chosen.servers = {closed, server.address()};
    server.misbehave("x.example.com", DnsFault::servfail);
    auto both = client(chosen);
    CHECK(text(both, "x.example.com") == "TXT x.example.com: SERVFAIL from " + text_of(server.address()));
}

TEST_CASE_FIXTURE(ClientFixture, "each wrong answer is a failure with its own words, never an absence") {
    // proves STS-5
    constexpr std::string_view name = "_mta-sts.example.com";
    const std::string from = text_of(server.address());
    server.set(name, dns_txt("v=STSv1; id=1;"));
    for (const Case& each : {
             Case{DnsFault::servfail, "SERVFAIL from $"},
             Case{DnsFault::refused, "REFUSED from $"},
             Case{DnsFault::notimp, "NOTIMP from $"},
             Case{DnsFault::formerr, "FORMERR from $"},
             Case{DnsFault::bad_version, "BADVERS from $"},
             Case{DnsFault::malformed, "malformed answer from $", ": cut off at octet 82"},
             Case{DnsFault::pointer_loop, "malformed answer from $",
                  ": compression pointer at octet 38 does not point back"},
             Case{DnsFault::lie, "malformed answer from $: records of other names only"},
             Case{DnsFault::truncated_always, "malformed answer from $: truncated over TCP"},
             Case{DnsFault::tcp_closed, "$ cannot be reached over TCP"},
             Case{DnsFault::tcp_cut, "$ cannot be reached over TCP"},
         }) {
        CAPTURE(each.expected);
        auto dns = client(settings());
        server.misbehave(name, each.fault);
        const auto answer = txt(dns, name);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().kind() == ErrorKind::dns);
        const std::string short_form = "TXT _mta-sts.example.com: " + with_server(each.expected, from);
        const std::string message = answer.error().message();
        if (message != short_form || each.detail.empty())
            CHECK(message == short_form + std::string(each.detail));
    }
}

TEST_CASE_FIXTURE(ClientFixture,
                  "what is no answer to the query is not taken for one, and the time runs out") {
    // proves STS-5
    constexpr std::string_view name = "_mta-sts.example.com";
    server.set(name, dns_txt("v=STSv1; id=1;"));
    for (const DnsFault fault : {DnsFault::silence, DnsFault::wrong_id, DnsFault::wrong_question,
                                 DnsFault::garbage, DnsFault::empty}) {
        CAPTURE(static_cast<int>(fault));
        auto dns = client(settings(200ms));
        server.misbehave(name, fault);
        CHECK(text(dns, name) == "TXT _mta-sts.example.com: time-out after 200 ms (1 server)");
    }
}

TEST_CASE_FIXTURE(ClientFixture, "an empty datagram disturbs nobody") {
    server.set("x.example.com", dns_txt("good"));
    server.misbehave("x.example.com", DnsFault::empty_first);
    auto dns = client(settings());
    CHECK(text(dns, "x.example.com") == "good");
    CHECK(server.queries("x.example.com") == 1);
}

TEST_CASE_FIXTURE(ClientFixture, "a lost query is sent again") {
    server.set("x.example.com", dns_txt("good"));
    server.misbehave("x.example.com", DnsFault::silence_once);
    auto dns = client(settings(2s));
    CHECK(text(dns, "x.example.com") == "good");
    CHECK(server.queries("x.example.com") == 2);
}

TEST_CASE_FIXTURE(ClientFixture,
                  "a server that does not know EDNS is asked without it, and not bothered again") {
    for (const DnsFault fault : {DnsFault::formerr_to_edns, DnsFault::notimp_to_edns}) {
        auto dns = client(settings());
        for (const char* name : {"a.example.com", "b.example.com", "c.example.com", "d.example.com"}) {
            server.set(name, dns_txt("plain"));
            server.misbehave(name, fault);
            CHECK(text(dns, name) == "plain");
        }
    }
    // c-ares 1.18 hides the first FORMERR, of the second the client learns; 1.34 hides them all.
    CHECK(server.queries("d.example.com") <= 3);
}

TEST_CASE_FIXTURE(ClientFixture, "a server without TCP is told apart from one that is silent") {
    DnsServer udp_only(loop.get_executor(), DnsServer::Tcp::refuse);
    udp_only.set("cut.example.com", dns_txt("x"));
    udp_only.misbehave("cut.example.com", DnsFault::truncated);
    Settings chosen = settings();
    chosen.servers = {udp_only.address()};
    auto dns = client(chosen);
    const std::string from = text_of(udp_only.address());
    CHECK(text(dns, "cut.example.com") == "TXT cut.example.com: " + from + " cannot be reached over TCP");
    chosen.servers.push_back(server.address());
    server.set("cut.example.com", dns_txt("from the second"));
    dns.configure(chosen);
    CHECK(text(dns, "cut.example.com") == "from the second");
}

TEST_CASE_FIXTURE(ClientFixture, "the next server is asked when one is dead, silent or broken") {
    server.set("x.example.com", dns_txt("from the second"));
    auto first = std::make_unique<DnsServer>(loop.get_executor());
    Settings chosen = settings(4s);
    chosen.servers.insert(chosen.servers.begin(), first->address());
    auto dns = client(chosen);
    for (const DnsFault fault :
         {DnsFault::servfail, DnsFault::refused, DnsFault::formerr, DnsFault::malformed, DnsFault::lie,
          DnsFault::tcp_closed, DnsFault::silence}) {
        CAPTURE(static_cast<int>(fault));
        first->misbehave("x.example.com", fault);
        CHECK(text(dns, "x.example.com") == "from the second");
    }
    first.reset();  // the port is closed now
    auto later = client(chosen);
    CHECK(text(later, "x.example.com") == "from the second");
}

TEST_CASE_FIXTURE(ClientFixture, "a silent server costs its wait once, not once a lookup") {
    DnsServer silent(loop.get_executor());
    for (const char* name : {"a.example.com", "b.example.com", "c.example.com"}) {
        silent.misbehave(name, DnsFault::silence);
        server.set(name, dns_txt("good"));
    }
    Settings chosen = settings(4s);
    chosen.servers.insert(chosen.servers.begin(), silent.address());
    auto dns = client(chosen);
    CHECK(text(dns, "a.example.com") == "good");
    CHECK(text(dns, "b.example.com") == "good");
    CHECK(text(dns, "c.example.com") == "good");
    CHECK(silent.queries("a.example.com") == 1);
    CHECK(silent.queries("b.example.com") == 0);
    CHECK(silent.queries("c.example.com") == 0);
}

TEST_CASE_FIXTURE(ClientFixture, "every server is named when all are silent") {
    DnsServer other(loop.get_executor());
    server.misbehave("x.example.com", DnsFault::silence);
    other.misbehave("x.example.com", DnsFault::silence);
    Settings chosen = settings(600ms);
    chosen.servers.push_back(other.address());
    auto dns = client(chosen);
    CHECK(text(dns, "x.example.com") == "TXT x.example.com: time-out after 600 ms (2 servers)");
    CHECK(server.queries("x.example.com") >= 1);
    CHECK(other.queries("x.example.com") >= 1);
}

TEST_CASE_FIXTURE(ClientFixture, "addresses of one family are enough where the other's lookup fails") {
    server.set("half.example.com", DnsType::a, {fakes::dns_address("192.0.2.1")});
    // The fake fails by name, so the AAAA that fails is one whose data is no address.
    server.set("half.example.com", DnsType::aaaa, {fakes::DnsRecord{DnsType::aaaa, {1, 2, 3, 4}, 60}});
    auto dns = client(settings());
    const auto answer = addresses(dns, "half.example.com");
    REQUIRE(answer.has_value());
    CHECK(std::get<HostAddresses>(*answer).addresses.size() == 1);
}
