#include "fetch_fixture.hpp"

#include <algorithm>
#include <vector>

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::HttpsServer;
using https::Stage;

namespace {

/// Keeps what a fetch met.
class Kept final : public https::FetchObserver {
public:
    void attempted(const Domain& policy_domain, const https::AttemptTrace& attempt) override {
        CHECK(policy_domain.text() == "example.com");
        attempts.push_back(attempt);
    }
    std::vector<https::AttemptTrace> attempts;
};

struct TraceFixture : FetchFixture {
    void observed_fetch(std::uint16_t port) {
        settings.port = port;
        https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);
        fetcher.observe(kept);
        static_cast<void>(run(fetcher));
    }
    Result<std::string> observed_fetch_everywhere(std::uint16_t port) {
        settings.port = port;
        https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);
        fetcher.observe(kept);
        return run(fetcher.fetch_everywhere(Domain::parse("example.com").value()));
    }

    const https::AttemptTrace& only() {
        REQUIRE(kept.attempts.size() == 1);
        return kept.attempts.front();
    }

    Kept kept;
};

std::string day(const std::optional<WallTime>& time) {
    return time ? tls::date_text(*time) : "none";
}

}  // namespace

TEST_CASE_FIXTURE(TraceFixture, "an observer sees the TLS session, the certificates and the HTTP header") {
    auto options = leaf();
    options.not_before = "20240229000000Z";
    options.not_after = "20991231235959Z";
    const HttpsServer server(ip("127.0.0.1"), ca.issue(options, fakes::Intermediate::sent));
    observed_fetch(server.port());
    const auto& attempt = only();
    CHECK(attempt.address == ip("127.0.0.1"));
    CHECK(attempt.reached == Stage::answered);
    CHECK_FALSE(attempt.failure.has_value());
    CHECK(attempt.tls_version == "TLSv1.3");
    CHECK(attempt.cipher.starts_with("TLS_"));
    CHECK(attempt.http_status == 200);
    const https::HeaderField type{"Content-Type", "text/plain"};
    CHECK(std::find(attempt.fields.begin(), attempt.fields.end(), type) != attempt.fields.end());

    REQUIRE(attempt.chain.size() == 2);
    const auto& own = attempt.chain.front();
    CHECK(own.subject == "leaf");
    CHECK(own.issuer == "Throwaway Intermediate");
    CHECK(own.names == std::vector<std::string>{"mta-sts.example.com"});
    CHECK(day(own.not_before) == "2024-02-29");
    CHECK(day(own.not_after) == "2099-12-31");
    CHECK(own.der.size() > own.public_key.size());
    CHECK(own.der.find(own.public_key) != std::string::npos);
    CHECK(attempt.chain.back().issuer == "Throwaway Root");
}

TEST_CASE_FIXTURE(TraceFixture, "an observer sees the certificates that were not trusted") {
    fakes::LeafOptions old = leaf();
    old.not_after = "20210101000000Z";
    const HttpsServer server(ip("127.0.0.1"), ca.issue(old));
    observed_fetch(server.port());
    const auto& attempt = only();
    CHECK(attempt.reached == Stage::certificate);
    REQUIRE(attempt.failure.has_value());
    CHECK(attempt.failure->message() == "certificate of mta-sts.example.com expired on 2021-01-01");
    CHECK(attempt.tls_version == "TLSv1.3");
    REQUIRE(attempt.chain.size() == 1);
    CHECK(day(attempt.chain.front().not_after) == "2021-01-01");
    CHECK(attempt.http_status == 0);
}

TEST_CASE_FIXTURE(TraceFixture, "an observer sees the status and fields of an answer that is no policy") {
    Behaviour missing;
    missing.response = fakes::http_response("<html>", "404 Not Found", "text/html");
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()), missing);
    observed_fetch(server.port());
    CHECK(only().http_status == 404);
    CHECK(only().fields.front().value == "text/html");
    CHECK(only().failure->message() == "HTTP status 404");
}

TEST_CASE_FIXTURE(TraceFixture, "an observer sees every address, the refused ones too") {
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    dns.set_addresses(policy_host, {"10.0.0.1", "127.0.0.3", "127.0.0.1"});
    observed_fetch(server.port());
    REQUIRE(kept.attempts.size() == 3);
    CHECK(kept.attempts[0].reached == Stage::refused);
    CHECK(kept.attempts[1].reached == Stage::connect);
    CHECK(kept.attempts[1].failure->message() == "connecting to 127.0.0.3: Connection refused");
    CHECK_FALSE(kept.attempts[2].failure.has_value());
}

TEST_CASE_FIXTURE(TraceFixture, "a fetch everywhere tries the addresses after the first answer, too") {
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    Behaviour missing;
    missing.response = fakes::http_response("<html>", "404 Not Found", "text/html");
    const HttpsServer other(ip("127.0.0.2"), ca.issue(leaf()), missing, server.port());
    SUBCASE("a policy is the result, wherever it comes from") {
        dns.set_addresses(policy_host, {"127.0.0.2", "127.0.0.1", "127.0.0.3"});
        CHECK_FETCHES(observed_fetch_everywhere(server.port()));
        REQUIRE(kept.attempts.size() == 3);
        CHECK(kept.attempts[0].http_status == 404);
        CHECK(kept.attempts[1].body == fakes::good_policy);
        CHECK(kept.attempts[2].reached == Stage::connect);
        CHECK(https::decisive(kept.attempts) == &kept.attempts[1]);
    }
    SUBCASE("without one it is what came furthest") {
        dns.set_addresses(policy_host, {"127.0.0.3", "127.0.0.2", "127.0.0.3"});
        CHECK_FAILS(observed_fetch_everywhere(server.port()), ErrorKind::fetch, "HTTP status 404");
        REQUIRE(kept.attempts.size() == 3);
        CHECK(https::decisive(kept.attempts) == &kept.attempts[1]);
    }
    SUBCASE("there is an end of them") {
        dns.set_addresses(policy_host, {"127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2", "127.0.0.1",
                                        "127.0.0.2", "127.0.0.1", "127.0.0.2", "127.0.0.1"});
        CHECK_FETCHES(observed_fetch_everywhere(server.port()));
        CHECK(kept.attempts.size() == https::HttpsPolicyFetcher::max_addresses);
    }
}

TEST_CASE_FIXTURE(TraceFixture, "an observer is told of a time-out from a failure that is definite") {
    Behaviour old;
    old.spoken = fakes::Spoken::tls_1_1_only;
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()), old);
    observed_fetch(server.port());
    CHECK(only().reached == Stage::handshake);
    CHECK_FALSE(only().timed_out);
    kept.attempts.clear();
    settings.timeout = std::chrono::milliseconds(300);
    const fakes::BlackHole hole(ip("127.0.0.1"), 0);
    observed_fetch(hole.port());
    CHECK(only().reached == Stage::connect);
    CHECK(only().timed_out);
}
