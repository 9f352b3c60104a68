#include "fakes/certificates.hpp"
#include "fakes/log_capture.hpp"
#include "fakes/redis_server.hpp"
#include "loopback/server/server_fixture.hpp"
#include "loopback/store/redis_fixture.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

namespace tlspolicy::test {
namespace {

/// A Redis that is reached with TLS only by its port, and shows a certificate for localhost.
class TlsRedis {
public:
    explicit TlsRedis(const std::string& root = "Throwaway Root")
        : authority_(root),
          server_(directory_.file("s"),
                  {"--tls-port", std::to_string(port_.endpoint().port), "--tls-cert-file", written("chain"),
                   "--tls-key-file", written("key"), "--tls-auth-clients", "no"}) {}

    store::RedisSettings settings(const std::string& host = "localhost") {
        store::RedisSettings settings;
        settings.host = host;
        settings.port = port_.endpoint().port;
        settings.tls = true;
        settings.ca_file = written("root");
        return settings;
    }
    std::string call(const std::string& command) const { return server_.call(command); }
    std::string written(const std::string& what) {
        const std::string file = directory_.file(what);
        std::ofstream(file) << (what == "key"     ? fakes::key_pem(identity_)
                                : what == "chain" ? fakes::chain_pem(identity_)
                                                  : authority_.root_pem());
        return file;
    }

private:
    fakes::CertificateAuthority authority_;
    fakes::Identity identity_ = authority_.issue({.dns_names = {"localhost"}});
    StoreDirectory directory_;
    FreePort port_;
    fakes::RedisServer server_;
};

// hiredis 0.14 of Debian 12 has no TLS: what is said then is a test of the configuration.
const auto where_hiredis_has_tls = doctest::skip(!store::redis_has_tls);

}  // namespace

TEST_CASE("policies travel over TLS to a server with the right certificate" * where_hiredis_has_tls) {
    const fakes::LogCapture log;
    TlsRedis redis;
    SharedClient one(redis.settings());
    SharedClient two(redis.settings());
    REQUIRE(one.connected());
    REQUIRE(two.connected());
    one.publish(fetched(one.now(), std::chrono::hours(1)));
    REQUIRE(one.settled(1));
    const auto found = two.find().value();
    REQUIRE(found.has_value());
    CHECK(found->id == "id1");
}

TEST_CASE("a server with a certificate for another name gets no password and no policy"
          * where_hiredis_has_tls) {
    const fakes::LogCapture log;
    TlsRedis redis;
    auto settings = redis.settings("127.0.0.1");
    settings.password = "secret";
    SharedClient client(settings);
    CHECK(client.eventually([&] { return log.count("IP address mismatch") > 0; }));
    CHECK(client->statistics().connections == 0);
    CHECK(redis.call("INFO commandstats").find("cmdstat_auth") == std::string::npos);
    CHECK(client.find().has_error());
}

TEST_CASE("a server with a certificate of a stranger is refused with the reason" * where_hiredis_has_tls) {
    const fakes::LogCapture log;
    TlsRedis redis;
    TlsRedis stranger("Stranger's Root");
    auto settings = redis.settings();
    settings.ca_file = stranger.written("root");
    SharedClient client(settings);
    CHECK(client.eventually([&] { return log.count("issuer certificate not found") > 0; }));
    CHECK(client->statistics().connections == 0);
}

TEST_CASE("roots that cannot be read keep the shared store away with the reason" * where_hiredis_has_tls) {
    const fakes::LogCapture log;
    TlsRedis redis;
    auto settings = redis.settings();
    settings.ca_file = "/nonexistent/roots.pem";
    SharedClient client(settings);
    CHECK(client.eventually([&] { return log.count("CA file /nonexistent/roots.pem") > 0; }));
    CHECK(client->statistics().connections == 0);
}

}  // namespace tlspolicy::test
