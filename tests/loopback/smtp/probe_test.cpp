#include "smtp/probe.hpp"

#include "fakes/smtp_server.hpp"
#include "fakes/temporary_file.hpp"
#include "tls/context.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

#include <exception>
#include <optional>

using namespace tlspolicy;
using fakes::Intermediate;
using fakes::SmtpBehaviour;
using fakes::SmtpServer;
using smtp::Step;
using After = SmtpBehaviour::After;

namespace {

IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}

struct ProbeFixture {
    fakes::Identity identity() const {
        fakes::LeafOptions leaf;
        leaf.dns_names = {"mx.example.com"};
        return ca.issue(leaf);
    }

    smtp::Probed probe(std::uint16_t port, std::string_view address = "127.0.0.1") {
        settings.port = port;
        std::optional<smtp::Probed> result;
        auto context = roots.current().value();
        boost::asio::co_spawn(
            loop, smtp::probe(loop.get_executor(), context, settings, "mx.example.com", ip(address)),
            [&](std::exception_ptr failure, smtp::Probed probed) {
                REQUIRE_FALSE(failure);
                result = std::move(probed);
            });
        loop.restart();
        loop.run();
        REQUIRE(result.has_value());
        return *result;
    }

    void fails(const SmtpBehaviour& behaviour, Step step, std::string_view message) {
        const SmtpServer server(ip("127.0.0.1"), identity(), behaviour);
        const auto probed = probe(server.port());
        CHECK(static_cast<int>(probed.step) == static_cast<int>(step));
        REQUIRE(probed.failure.has_value());
        CHECK(probed.failure->message() == message);
        CHECK(server.tcp().wait_until_closed(1));
    }

    boost::asio::io_context loop{1};
    SystemClock clock;
    fakes::CertificateAuthority ca;
    fakes::TemporaryFile ca_file{ca.root_pem()};
    tls::Context roots{ca_file.path(), clock};
    smtp::Settings settings{std::chrono::seconds(20), 25, "probe.example.net"};
};

using Commands = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(ProbeFixture, "a probe sees version and certificates, and takes its leave") {
    const SmtpServer server(ip("127.0.0.1"), identity());
    const auto probed = probe(server.port());
    CHECK(probed.step == Step::done);
    CHECK_FALSE(probed.failure.has_value());
    CHECK(probed.tls_version == "TLSv1.3");
    REQUIRE(probed.chain.size() == 1);
    CHECK(probed.chain.front().names == std::vector<std::string>{"mx.example.com"});
    CHECK(server.tcp().wait_until_closed(1));
    CHECK(server.seen() == Commands{"EHLO probe.example.net", "STARTTLS", "TLS mx.example.com", "QUIT"});
}

TEST_CASE_FIXTURE(ProbeFixture, "a probe without a name says where it comes from") {  // RFC 5321, 4.1.3
    settings.helo.clear();
    const SmtpServer v4(ip("127.0.0.1"), identity());
    probe(v4.port());
    CHECK(v4.seen().front() == "EHLO [127.0.0.1]");
    const SmtpServer v6(ip("::1"), identity());
    probe(v6.port(), "::1");
    CHECK(v6.seen().front() == "EHLO [IPv6:::1]");
}

TEST_CASE_FIXTURE(ProbeFixture,
                  "a probe tells of bad certificates and old versions rather than fail of them") {
    SUBCASE("self-signed, expired, for another host") {
        fakes::LeafOptions leaf;
        leaf.dns_names = {"other.example"};
        leaf.not_after = "20210101000000Z";
        const SmtpServer server(ip("127.0.0.1"), fakes::CertificateAuthority::self_signed(leaf));
        const auto probed = probe(server.port());
        CHECK(probed.step == Step::done);
        REQUIRE(probed.chain.size() == 1);
        CHECK(probed.chain.front().issuer == probed.chain.front().subject);
    }
    SUBCASE("with its intermediate") {
        fakes::LeafOptions leaf;
        const SmtpServer server(ip("127.0.0.1"), ca.issue(leaf, Intermediate::sent));
        CHECK(probe(server.port()).chain.size() == 2);
    }
    SUBCASE("TLS 1.1 only") {
        SmtpBehaviour old;
        old.versions = SmtpBehaviour::Versions::tls_1_1_only;
        const SmtpServer server(ip("127.0.0.1"), identity(), old);
        const auto probed = probe(server.port());
        CHECK(probed.step == Step::done);
        CHECK(probed.tls_version == "TLSv1.1");
    }
}

TEST_CASE_FIXTURE(ProbeFixture, "a server without STARTTLS is left politely") {
    SmtpBehaviour plain;
    plain.ehlo_reply = "250-mx.example.com\r\n250 SIZE 1000\r\n";
    const SmtpServer server(ip("127.0.0.1"), identity(), plain);
    const auto probed = probe(server.port());
    CHECK(probed.step == Step::no_starttls);
    CHECK_FALSE(probed.failure.has_value());
    CHECK(server.tcp().wait_until_closed(1));
    CHECK(server.seen() == Commands{"EHLO probe.example.net", "QUIT"});
}

TEST_CASE_FIXTURE(ProbeFixture, "a probe says where a conversation went wrong") {
    SmtpBehaviour wrong;
    SUBCASE("busy") {
        wrong.greeting = "421 too busy\r\n";
        fails(wrong, Step::greeting, "the server greets with \"421 too busy\"");
    }
    SUBCASE("no SMTP") {
        wrong.greeting = "SSH-2.0-OpenSSH_9\r\n";
        fails(wrong, Step::greeting, "waiting for the greeting: \"SSH-2.0-OpenSSH_9\" is no SMTP reply");
    }
    SUBCASE("closed at once") {
        wrong.connect = After::close;
        fails(wrong, Step::greeting, "waiting for the greeting: connection closed");
    }
    SUBCASE("EHLO refused") {
        wrong.ehlo_reply = "502 what?\r\n";
        fails(wrong, Step::ehlo, "the server answers EHLO with \"502 what?\"");
    }
    SUBCASE("two codes in one reply") {
        wrong.ehlo_reply = "250-mx\r\n220 mx\r\n";
        fails(wrong, Step::ehlo, "waiting for the reply to EHLO: a reply with two codes, 250 and 220");
    }
    SUBCASE("closed after EHLO") {
        wrong.ehlo = After::close;
        fails(wrong, Step::ehlo, "waiting for the reply to EHLO: connection closed");
    }
    SUBCASE("TLS not available") {
        wrong.starttls_reply = "454 4.7.0 TLS not available\r\n";
        fails(wrong, Step::starttls, "the server answers STARTTLS with \"454 4.7.0 TLS not available\"");
    }
    SUBCASE("plain text injected after the reply to STARTTLS") {
        wrong.starttls_reply = "220 go\r\n250 STARTTLS\r\n";
        wrong.starttls = After::close;
        fails(wrong, Step::starttls, "more plain text follows the server's reply to STARTTLS");
    }
    SUBCASE("closed instead of a handshake") {
        wrong.starttls = After::close;
        fails(wrong, Step::handshake, "in the TLS handshake: connection closed");
    }
    SUBCASE("plain text instead of a handshake") {
        wrong.starttls = After::endless;
        wrong.again = "250 no TLS here\r\n";
        fails(wrong, Step::handshake, "in the TLS handshake: wrong version number");
    }
}

TEST_CASE_FIXTURE(ProbeFixture, "what a server sends is bounded") {
    SmtpBehaviour endless;
    SUBCASE("a line without end") {
        endless.connect = After::endless;
        endless.again = "220 and so on ";
        fails(endless, Step::greeting, "waiting for the greeting: a reply line of more than 2048 bytes");
    }
    SUBCASE("a reply without end") {
        endless.ehlo = After::endless;
        endless.again = "250-AND AGAIN\r\n";
        fails(endless, Step::ehlo, "waiting for the reply to EHLO: a reply of more than 16384 bytes");
    }
}

TEST_CASE_FIXTURE(ProbeFixture, "a probe ends when its time is up") {
    settings.timeout = std::chrono::milliseconds(300);
    SmtpBehaviour slow;
    SUBCASE("mute from the start") {
        slow.connect = After::hang;
        fails(slow, Step::greeting, "time-out after 300 ms waiting for the greeting");
    }
    SUBCASE("an octet now and then") {
        slow.drip = std::chrono::milliseconds(50);
        fails(slow, Step::greeting, "time-out after 300 ms waiting for the greeting");
    }
    SUBCASE("mute after EHLO") {
        slow.ehlo = After::hang;
        fails(slow, Step::ehlo, "time-out after 300 ms waiting for the reply to EHLO");
    }
    SUBCASE("mute instead of a handshake") {
        slow.starttls = After::hang;
        fails(slow, Step::handshake, "time-out after 300 ms in the TLS handshake");
    }
}

TEST_CASE_FIXTURE(ProbeFixture, "a probe tells a refused connection from one that nobody answers") {
    std::uint16_t port = 0;
    {
        const SmtpServer gone(ip("127.0.0.1"), identity());
        port = gone.port();
    }
    const auto refused = probe(port);
    CHECK(refused.step == Step::refused);
    CHECK(refused.failure->message() == "connecting: Connection refused");

    settings.timeout = std::chrono::milliseconds(300);
    const fakes::BlackHole hole(ip("127.0.0.1"), 0);
    const auto silent = probe(hole.port());
    CHECK(silent.step == Step::timed_out);
    CHECK(silent.failure->message() == "time-out after 300 ms connecting");
}
