#include "postfix/tls_policy_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using tlspolicy::postfix::parse_tls_policy_text;

// proves STS-44
TEST_CASE("what Postfix accepts at each level is accepted, one blank between words") {
    const std::string digest = "DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"none", "none"},
        {"may", "may"},
        {"  may  ciphers=medium\tprotocols=>=TLSv1.2 ", "may ciphers=medium protocols=>=TLSv1.2"},
        {"encrypt exclude=aNULL:RC4, protocols=!SSLv3", "encrypt exclude=aNULL:RC4 protocols=!SSLv3"},
        {"encrypt protocols=TLSv1.2:tlsv1.3", "encrypt protocols=TLSv1.2:tlsv1.3"},
        {"encrypt protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1",
         "encrypt protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1"},
        {"encrypt protocols=>=0303:<=TLSv1.3", "encrypt protocols=>=0303:<=TLSv1.3"},
        {"encrypt protocols=>=303:<=0x0304", "encrypt protocols=>=303:<=0x0304"},
        {"encrypt exclude=kECDH+aRSA:DES-CBC3-SHA:TLS_AES_128_GCM_SHA256",
         "encrypt exclude=kECDH+aRSA:DES-CBC3-SHA:TLS_AES_128_GCM_SHA256"},
        {"encrypt servername=mx.example.com", "encrypt servername=mx.example.com"},
        {"fingerprint match=" + digest, "fingerprint match=" + digest},
        {"fingerprint match=" + digest + "|" + digest, "fingerprint match=" + digest + "|" + digest},
        {"verify match=hostname:nexthop", "verify match=hostname:nexthop"},
        {"verify", "verify"},
        {"secure match=.example.com:example.com servername=hostname",
         "secure match=.example.com:example.com servername=hostname"},
        {"secure tafile=/etc/ssl/partner.pem", "secure tafile=/etc/ssl/partner.pem"},
        {"secure connection_reuse=yes enable_rpk=no", "secure connection_reuse=yes enable_rpk=no"},
        {"dane", "dane"},
        {"dane-only", "dane-only"},
        {"half-dane", "half-dane"},
    };
    for (const auto& [text, answer] : cases) {
        CAPTURE(text);
        const auto parsed = parse_tls_policy_text(text);
        REQUIRE(parsed.has_value());
        CHECK(*parsed == answer);
    }
}

TEST_CASE("what Postfix would refuse is refused, with what is allowed") {
    for (const std::string& text : {std::string(),
                                    std::string("  "),
                                    std::string("tls"),
                                    std::string("match=a.example"),
                                    std::string("secure match"),
                                    std::string("secure match="),
                                    std::string("secure match=a..b"),
                                    std::string("secure match=192.0.2.1"),
                                    std::string("may match=a.example"),
                                    std::string("dane match=a.example"),
                                    std::string("encrypt tafile=/etc/a.pem"),
                                    std::string("secure tafile=a.pem"),
                                    std::string("none ciphers=high"),
                                    std::string("fingerprint"),
                                    std::string("fingerprint match=a.example"),
                                    std::string("fingerprint match=AB:CD"),
                                    std::string("may ciphers=strong"),
                                    std::string("may protocols="),
                                    std::string("may protocols=TLSv1.4"),
                                    std::string("may protocols=TLS1.2"),
                                    std::string("may protocols=>TLSv1.2"),
                                    std::string("may protocols=>=!TLSv1.2"),
                                    std::string("may protocols=>=03"),
                                    std::string("may protocols=0303"),
                                    std::string("may protocols=!"),
                                    std::string("may protocols=TLSv1.2:"),
                                    std::string("may exclude="),
                                    std::string("may exclude=!aNULL"),
                                    std::string("may exclude=aNULL|RC4"),
                                    std::string("secure servername=a..b"),
                                    std::string("secure enable_rpk=perhaps"),
                                    std::string("secure policy_type=sts"),
                                    std::string("secure match=a.example match=b.example"),
                                    std::string("secure {match = a.example}"),
                                    std::string("secure match=a.example\n"),
                                    std::string("secure match=a.example\0x", 23),
                                    std::string("secure match=b\xc3\xbc"
                                                "cher.example"),
                                    "may exclude=" + std::string(3000, 'a')}) {
        CAPTURE(text);
        const auto parsed = parse_tls_policy_text(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().message().find("; allowed: notfound, or a level") != std::string::npos);
    }
}
