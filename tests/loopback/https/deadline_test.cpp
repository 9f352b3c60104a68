#include "fetch_fixture.hpp"

#include <chrono>
#include <list>

using namespace tlspolicy;
using namespace tlspolicy::test;
using fakes::Behaviour;
using fakes::BlackHole;
using fakes::Ending;
using fakes::HangAt;
using fakes::HttpsServer;

namespace {

/// Generous to a busy machine, yet far below what the peers would take.
class Stopwatch {
public:
    bool within(Duration limit) const {
        return std::chrono::steady_clock::now() - start_ < limit + std::chrono::seconds(5);
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

TEST_CASE_FIXTURE(FetchFixture, "one deadline bounds a fetch wherever it hangs, and says where") {
    // proves STS-24
    // Long enough for a busy machine to come to where each hangs; they hang side by side.
    settings.timeout = std::chrono::milliseconds(2000);
    Behaviour client_hello;
    client_hello.hang = HangAt::client_hello;
    Behaviour server_hello;
    server_hello.hang = HangAt::server_hello;
    Behaviour response;
    response.hang = HangAt::response;
    Behaviour after_header;
    after_header.response = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n";
    after_header.ending = Ending::hang;
    Behaviour drip;
    drip.drip = std::chrono::milliseconds(100);
    Behaviour chunks_of_one;
    chunks_of_one.response =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
        "1\r\nv\r\n1\r\ne\r\n1\r\nr\r\n";
    chunks_of_one.ending = Ending::hang;

    const std::string handshake = "time-out after 2000 ms during the TLS handshake with 127.0.0.1";
    const std::string waiting = "time-out after 2000 ms waiting for the response from 127.0.0.1";
    const std::pair<std::string, Behaviour> hangs[] = {
        {handshake, client_hello}, {handshake, server_hello}, {waiting, response},
        {waiting, after_header},   {waiting, drip},           {waiting, chunks_of_one},
    };
    const auto identity = ca.issue(leaf());
    std::list<HttpsServer> servers;
    std::list<https::HttpsPolicyFetcher> fetchers;
    std::list<Result<std::string>> results;
    const Stopwatch watch;
    for (const auto& [message, behaviour] : hangs) {
        settings.port = servers.emplace_back(ip("127.0.0.1"), identity, behaviour).port();
        auto& fetcher = fetchers.emplace_back(loop.get_executor(), clock, dns, settings);
        auto& result = results.emplace_back(std::string());
        boost::asio::co_spawn(loop, fetcher.fetch(Domain::parse("example.com").value()),
                              [&result](std::exception_ptr failure, Result<std::string> fetched) {
                                  CHECK_FALSE(failure);
                                  result = std::move(fetched);
                              });
    }
    loop.run();
    CHECK(watch.within(settings.timeout));
    auto server = servers.begin();
    auto result = results.begin();
    for (const auto& [message, behaviour] : hangs) {
        CHECK_FAILS(*result++, ErrorKind::fetch, message);
        CHECK(server++->tcp().wait_until_closed(1));
    }
}

TEST_CASE_FIXTURE(FetchFixture, "a black hole is a time-out while connecting") {  // proves STS-24
    settings.timeout = std::chrono::milliseconds(200);
    const BlackHole hole(ip("127.0.0.1"), 0);
    const Stopwatch watch;
    CHECK_FAILS(fetch(hole.port()), ErrorKind::fetch, "time-out after 200 ms while connecting to 127.0.0.1");
    CHECK(watch.within(settings.timeout));
}

TEST_CASE_FIXTURE(FetchFixture, "the deadline covers the look-up of the addresses") {  // proves STS-24
    settings.timeout = std::chrono::milliseconds(200);
    dns.mute_addresses(policy_host);
    const Stopwatch watch;
    CHECK_FAILS(fetch(1), ErrorKind::fetch,
                "time-out after 200 ms looking up the addresses of mta-sts.example.com");
    CHECK(watch.within(settings.timeout));
}
