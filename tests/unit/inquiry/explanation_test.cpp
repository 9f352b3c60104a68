#include "inquiry/explanation.hpp"

#include "inquiry/mail_hosts.hpp"
#include "inquiry/words.hpp"
#include "samples.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::inquiry {

TEST_CASE("a key that names no domain has its reason") {
    const auto why = [](std::string_view key) {
        CHECK_MESSAGE(!postfix::LookupKey::parse(key), key);
        return why_no_domain(key);
    };
    CHECK(why("[192.0.2.1]") == "it is an address literal");
    CHECK(why("[IPv6:2001:db8::1]:25") == "it is an address literal");
    CHECK(why("192.0.2.1") == "it is an address");
    CHECK(why("[mail.example.com") == "it has no closing bracket");
    CHECK(why("") == "it is empty");
    CHECK(why(".example.com")
          == "it is Postfix's try for a parent domain, which no policy is inherited from");
    CHECK(why("example.com:0") == "its port is neither a number from 1 to 65535 nor a service name");
    CHECK(!why("localhost").empty());
    CHECK(!why("a..example.com").empty());
}

TEST_CASE("mail hosts come in Postfix's order, each with what was found out about it") {
    const auto explanation = samples::example();
    const auto hosts = mail_hosts(explanation);
    REQUIRE(hosts.size() == 2);
    CHECK(hosts[0].name == "mx.example.com");
    CHECK(hosts[0].preference == 10);
    CHECK(hosts[0].pattern == "mx.example.com");
    REQUIRE(hosts[0].tlsa.size() == 1);
    CHECK(hosts[0].tlsa[0].name == "_25._tcp.mx.example.com");
    CHECK(hosts[0].state == dane::HostState::usable);
    CHECK(hosts[1].name == "other.example.net");
    CHECK(!hosts[1].pattern);
    CHECK(hosts[1].tlsa.empty());
    CHECK(hosts[1].addresses != nullptr);
}

TEST_CASE("TLSA records at the end of a host's aliases are its own") {
    auto explanation = samples::example();
    explanation.journal.tlsa.push_back(samples::step("_25._tcp.real.example.net", samples::milliseconds(6),
                                                     samples::milliseconds(1),
                                                     samples::found(samples::tlsa(3))));
    const auto hosts = mail_hosts(explanation);
    REQUIRE(hosts[1].tlsa.size() == 1);
    CHECK(hosts[1].tlsa[0].name == "_25._tcp.real.example.net");
}

TEST_CASE("a host that the key names needs no MX record") {
    auto explanation = samples::example();
    explanation.parsed = postfix::LookupKey::parse("[mx.example.com]:587");
    explanation.journal.exchanges.clear();
    explanation.journal.tlsa.push_back(samples::step("_587._tcp.mx.example.com", samples::milliseconds(6),
                                                     samples::milliseconds(1),
                                                     samples::found(samples::tlsa(3))));
    const auto hosts = mail_hosts(explanation);
    REQUIRE(hosts.size() == 2);
    CHECK(!hosts[0].preference);
    REQUIRE(hosts[0].tlsa.size() == 1);
    CHECK(hosts[0].tlsa[0].name == "_587._tcp.mx.example.com");
}

TEST_CASE("every level of an override has its meaning in plain words") {
    for (const char* level : {"none", "may", "encrypt", "dane", "dane-only", "fingerprint match=ab", "verify",
                              "secure match=mx.example.com"}) {
        const auto text = std::make_shared<const std::string>(level);
        const auto words = deed_of(postfix::Overridden{text});
        CHECK_MESSAGE(words.find("this level") == std::string::npos, level);
    }
    CHECK(deed_of(postfix::Temp{"x"}).find("queue") != std::string::npos);
    CHECK(deed_of(postfix::NotFound{}).find("smtp_tls_security_level") != std::string::npos);
}

}  // namespace tlspolicy::inquiry
