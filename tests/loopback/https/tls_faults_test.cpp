#include "fetch_fixture.hpp"
#include "tls/context.hpp"

#include <openssl/ssl.h>

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::CertificateAuthority;
using fakes::HttpsServer;
using fakes::Identity;
using fakes::Intermediate;
using fakes::LeafOptions;
using fakes::Spoken;

namespace {

LeafOptions named(std::vector<std::string> names) {
    LeafOptions options;
    options.dns_names = std::move(names);
    return options;
}

LeafOptions valid(std::string from, std::string until) {
    LeafOptions options = FetchFixture::leaf();
    options.not_before = std::move(from);
    options.not_after = std::move(until);
    return options;
}

}  // namespace

TEST_CASE_FIXTURE(FetchFixture, "every bad certificate has its exact words and the class webpki") {
    LeafOptions common_name_only;
    common_name_only.common_name = policy_host;
    const CertificateAuthority stranger("Strange Root");
    struct Fault {
        std::string message;
        Identity identity;
    };
    const Fault faults[] = {
        // proves STS-21
        {"certificate of mta-sts.example.com expired on 2024-01-31",
         ca.issue(valid("20230101000000Z", "20240131235959Z"))},
        {"certificate of mta-sts.example.com is not valid before 2098-02-01",
         ca.issue(valid("20980201000000Z", "20991231000000Z"))},
        {"certificate is for a.example, b.example, not for mta-sts.example.com",
         ca.issue(named({"a.example", "b.example"}))},
        {"certificate is for 1.a, 2.a, 3.a, 4.a, 5.a and 2 more, not for mta-sts.example.com",
         ca.issue(named({"1.a", "2.a", "3.a", "4.a", "5.a", "6.a", "7.a"}))},
        {"certificate is for mta-*.example.com, not for mta-sts.example.com",
         ca.issue(named({"mta-*.example.com"}))},
        {"certificate is for *.com, not for mta-sts.example.com", ca.issue(named({"*.com"}))},
        {"certificate is for example.com, not for mta-sts.example.com", ca.issue(named({"example.com"}))},
        {"certificate has no DNS name (a common name does not count), so is not for mta-sts.example.com",
         ca.issue(common_name_only)},
        {"self-signed certificate", CertificateAuthority::self_signed(leaf())},
        {"issuer certificate not found (the server sent no intermediate?)",
         ca.issue(leaf(), Intermediate::withheld)},
        {"issuer certificate not found (the server sent no intermediate?)", stranger.issue(leaf())},
        {"issuer of \"Throwaway Intermediate\" not found among the trusted roots",
         stranger.issue(leaf(), Intermediate::sent)},
    };
    HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    std::size_t served = 0;
    for (const auto& fault : faults) {
        server.become(fault.identity);
        CHECK_FAILS(fetch(server.port()), ErrorKind::webpki, fault.message);
        CHECK(server.tcp().wait_until_closed(++served));
    }
    CHECK(server.requests().empty());  // nothing is asked of a host that cannot prove its name
}

TEST_CASE_FIXTURE(FetchFixture, "a chain that carries a strange root ends there") {  // proves STS-21
    const CertificateAuthority stranger("Strange Root");
    Identity identity = stranger.issue(leaf());
    identity.chain.push_back(stranger.root());
    const HttpsServer server(ip("127.0.0.1"), identity);
    CHECK_FAILS(fetch(server.port()), ErrorKind::webpki,
                "certificate chain ends in \"Strange Root\", which is not a trusted root");
}

TEST_CASE_FIXTURE(FetchFixture, "TLS that fails without a certificate's fault is of the class fetch") {
    HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    Behaviour behaviour;
    behaviour.spoken = Spoken::tls_1_1_only;
    server.behave(behaviour);
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch,  // proves STS-21
                "TLS handshake with 127.0.0.1: tlsv1 alert protocol version");

    behaviour.spoken = Spoken::plain_text;
    behaviour.response = "HTTP/1.1 400 Bad Request\r\n\r\n";
    server.behave(behaviour);
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch, "TLS handshake with 127.0.0.1: wrong version number");

    behaviour.response = "";
    behaviour.ending = fakes::Ending::cut;
    server.behave(behaviour);
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch, "TLS handshake with 127.0.0.1: connection closed");

    behaviour.ending = fakes::Ending::reset;
    server.behave(behaviour);
    CHECK_FAILS(fetch(server.port()), ErrorKind::fetch,
                "TLS handshake with 127.0.0.1: Connection reset by peer");
}

TEST_CASE_FIXTURE(FetchFixture, "no TLS before 1.2 is offered, whatever the system's security level allows") {
    const auto context = tls::Context(settings.ca_file, clock).current();  // proves STS-21
    REQUIRE(context.has_value());
    CHECK(SSL_CTX_get_min_proto_version(context->get()) == TLS1_2_VERSION);
}
