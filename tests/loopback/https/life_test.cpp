#include "fakes/temporary_directory.hpp"
#include "fetch_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::BlackHole;
using fakes::HangAt;
using fakes::HttpsServer;

namespace {

std::ptrdiff_t open_files() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
}

/// A fetch that a test can cancel and look at.
struct Running {
    Running(boost::asio::io_context& loop, https::HttpsPolicyFetcher& fetcher) {
        auto started = fetcher.fetch(Domain::parse("example.com").value());
        boost::asio::co_spawn(loop, std::move(started),
                              boost::asio::bind_cancellation_slot(
                                  cancel.slot(), [this](std::exception_ptr thrown, Result<std::string> got) {
                                      done = true;
                                      failure = std::move(thrown);
                                      result = std::move(got);
                                  }));
    }
    boost::asio::cancellation_signal cancel;
    bool done = false;
    std::exception_ptr failure;
    Result<std::string> result{std::string()};
};

/// A variable of the environment, as long as it lives.
class Environment {
public:
    Environment(const char* name, const std::string& value) : name_(name) {
        ::setenv(name, value.c_str(), 1);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment() { ::unsetenv(name_); }

private:
    const char* name_;
};

/// A directory of roots as c_rehash(1) makes them: OpenSSL looks for a root under the hash of its name.
class RootDirectory {
public:
    void add(const fakes::CertificateAuthority& authority) const {
        std::ofstream(file_of(authority)) << authority.root_pem();
        date_anew();
    }
    void remove(const fakes::CertificateAuthority& authority) const {
        std::filesystem::remove(file_of(authority));
        date_anew();
    }
    std::string path() const { return directory_.path(); }

private:
    std::string file_of(const fakes::CertificateAuthority& authority) const {
        return directory_ / fmt::format("{:08x}.0", X509_subject_name_hash(authority.root().get()));
    }
    /// Two changes within one tick of the file system's clock would have one date.
    void date_anew() const {
        std::filesystem::last_write_time(
            path(), std::filesystem::last_write_time(path()) + std::chrono::seconds(++changes_));
    }

    fakes::TemporaryDirectory directory_;
    mutable int changes_ = 0;
};

class ManualClock final : public Clock {
public:
    Time now() const noexcept override { return now_; }
    void advance(Duration by) { now_ += by; }

private:
    Time now_{std::chrono::hours(1)};
};

}  // namespace

TEST_CASE_FIXTURE(FetchFixture, "a cancelled fetch ends at once, wherever it is, and leaves no socket") {
    settings.timeout = std::chrono::minutes(5);
    Behaviour behaviour;
    std::optional<BlackHole> hole;
    std::optional<HttpsServer> server;
    SUBCASE("connecting") {
        hole.emplace(ip("127.0.0.1"), 0);
    }
    SUBCASE("handshake") {
        behaviour.hang = HangAt::server_hello;
        server.emplace(ip("127.0.0.1"), ca.issue(leaf()), behaviour);
    }
    SUBCASE("response") {
        behaviour.hang = HangAt::response;
        server.emplace(ip("127.0.0.1"), ca.issue(leaf()), behaviour);
    }
    SUBCASE("look-up") {
        dns.mute_addresses(policy_host);
    }
    settings.port = server ? server->port() : hole ? hole->port() : 1;

    { const boost::asio::ip::tcp::socket warm_up(loop); }  // the loop's own files are there from here on
    const auto before = open_files();
    https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);
    Running running(loop, fetcher);
    // Far enough to hang: until the server has seen the client, or nothing is ready to run.
    while (server && server->tcp().connections() == 0)
        loop.run_one_for(std::chrono::milliseconds(10));
    loop.run_for(std::chrono::milliseconds(50));
    REQUIRE_FALSE(running.done);

    running.cancel.emit(boost::asio::cancellation_type::terminal);
    loop.restart();
    loop.run_for(std::chrono::seconds(10));
    REQUIRE(running.done);
    CHECK(running.failure);
    if (server) CHECK(server->tcp().wait_until_closed(1));
    CHECK(open_files() == before);
}

TEST_CASE_FIXTURE(FetchFixture, "fetches beyond the limit wait for their turn") {
    Behaviour slow;
    slow.drip = std::chrono::milliseconds(1);
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()), slow);
    settings.port = server.port();
    settings.concurrency = 3;
    https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);
    std::vector<std::unique_ptr<Running>> all;
    for (int i = 0; i < 12; ++i)
        all.push_back(std::make_unique<Running>(loop, fetcher));
    all.back()->cancel.emit(boost::asio::cancellation_type::terminal);
    loop.run();
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        CHECK(all[i]->result.has_value());
    CHECK(all.back()->failure);
    CHECK(server.tcp().wait_until_closed(11));
    CHECK(server.tcp().connections() == 11);
    // The server counts a connection as open a little longer than the client does.
    CHECK(server.tcp().peak() <= 6);
}

TEST_CASE_FIXTURE(FetchFixture,
                  "who gets no turn is not said to have a broken policy host") {  // proves STS-25
    Behaviour mute;
    mute.hang = HangAt::response;
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()), mute);
    settings.port = server.port();
    settings.concurrency = 1;
    https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);
    Running first(loop, fetcher);
    loop.poll();
    settings.timeout = std::chrono::milliseconds(300);
    REQUIRE(fetcher.configure(settings).has_value());
    Running second(loop, fetcher);
    while (!second.done)
        loop.run_one();
    first.cancel.emit(boost::asio::cancellation_type::terminal);
    loop.run();
    CHECK_FAILS(second.result, ErrorKind::system, "too many fetches at a time: no turn within 300 ms");
}

TEST_CASE_FIXTURE(FetchFixture, "new trusted roots are taken up while running, unusable ones are not") {
    ManualClock manual;
    const fakes::CertificateAuthority other("Other Root");
    HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    settings.port = server.port();
    auto made = https::HttpsPolicyFetcher::create(loop.get_executor(), manual, dns, settings);
    REQUIRE(made.has_value());
    auto& fetcher = **made;
    CHECK_FETCHES(run(fetcher));

    ca_file.replace("-----BEGIN CERTIFICATE-----\nrubbish\n");
    manual.advance(std::chrono::seconds(2));
    CHECK_FETCHES(run(fetcher));

    ca_file.replace(other.root_pem());
    server.become(other.issue(leaf()));
    manual.advance(std::chrono::milliseconds(900));  // looked at once a second
    CHECK_FAILS(run(fetcher), ErrorKind::webpki,
                "issuer certificate not found (the server sent no intermediate?)");
    manual.advance(std::chrono::milliseconds(200));
    CHECK_FETCHES(run(fetcher));
    server.become(ca.issue(leaf()));
    CHECK_FAILS(run(fetcher), ErrorKind::webpki,
                "issuer certificate not found (the server sent no intermediate?)");
}

TEST_CASE_FIXTURE(FetchFixture,
                  "roots of SSL_CERT_FILE are taken without a ca_file, and again when it changes") {
    ManualClock manual;
    const fakes::CertificateAuthority other("Other Root");
    const Environment named("SSL_CERT_FILE", ca_file.path());
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    settings.port = server.port();
    settings.ca_file.clear();
    https::HttpsPolicyFetcher fetcher(loop.get_executor(), manual, dns, settings);
    CHECK_FETCHES(run(fetcher));
    ca_file.replace(other.root_pem());
    CHECK_FETCHES(run(fetcher));
    manual.advance(std::chrono::seconds(2));
    CHECK_FAILS(run(fetcher), ErrorKind::webpki,
                "issuer certificate not found (the server sent no intermediate?)");
}

// A root that was used stays in memory, so only a new look at the directory can miss it.
TEST_CASE_FIXTURE(FetchFixture, "a root that leaves the system's directory is trusted no more") {
    ManualClock manual;
    const RootDirectory roots;
    roots.add(ca);
    const Environment named("SSL_CERT_DIR", roots.path());
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    settings.port = server.port();
    settings.ca_file.clear();
    https::HttpsPolicyFetcher fetcher(loop.get_executor(), manual, dns, settings);
    CHECK_FETCHES(run(fetcher));
    roots.remove(ca);
    CHECK_FETCHES(run(fetcher));
    manual.advance(std::chrono::seconds(2));
    CHECK_FAILS(run(fetcher), ErrorKind::webpki,
                "issuer certificate not found (the server sent no intermediate?)");
    roots.add(ca);
    manual.advance(std::chrono::seconds(2));
    CHECK_FETCHES(run(fetcher));
}

TEST_CASE_FIXTURE(FetchFixture, "settings that cannot be used are refused and change nothing") {
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    settings.port = server.port();
    https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);

    auto missing = settings;
    missing.ca_file = "/nonexistent/roots.pem";
    missing.port = 1;
    CHECK_FAILS(fetcher.configure(missing), ErrorKind::system,
                "CA file /nonexistent/roots.pem: No such file or directory");
    const fakes::TemporaryFile empty("no certificate here\n");
    auto useless = settings;
    useless.ca_file = empty.path();
    const auto refused = fetcher.configure(useless);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message().starts_with("CA file " + empty.path() + ": no certificate in PEM"));
    auto nowhere = settings;
    nowhere.proxy = https::Proxy{"not a host"};
    CHECK_FAILS(fetcher.configure(nowhere), ErrorKind::syntax,
                "proxy: \"not a host\" is not a domain name: only letters, digits, '-', '_' and '.' may "
                "stand in it");
    CHECK_FETCHES(run(fetcher));

    const auto made = https::HttpsPolicyFetcher::create(loop.get_executor(), clock, dns, missing);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().message() == "CA file /nonexistent/roots.pem: No such file or directory");
    https::HttpsPolicyFetcher without_roots(loop.get_executor(), clock, dns, missing);
    CHECK_FAILS(run(without_roots), ErrorKind::fetch,
                "CA file /nonexistent/roots.pem: No such file or directory");
}

TEST_CASE_FIXTURE(FetchFixture, "new settings count from the next fetch on") {
    const HttpsServer server(ip("127.0.0.1"), ca.issue(leaf()));
    settings.port = server.port();
    const auto good = settings;
    settings.ca_file = "/nonexistent/roots.pem";
    https::HttpsPolicyFetcher fetcher(loop.get_executor(), clock, dns, settings);
    REQUIRE(fetcher.configure(good).has_value());
    CHECK_FETCHES(run(fetcher));
    auto guarded = good;
    guarded.allow_addresses.clear();
    REQUIRE(fetcher.configure(guarded).has_value());
    CHECK_FAILS(run(fetcher), ErrorKind::fetch,
                "address 127.0.0.1 of mta-sts.example.com is refused: loopback");
}
