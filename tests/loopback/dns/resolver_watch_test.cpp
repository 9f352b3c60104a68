#include "app/resolver_watch.hpp"

#include "loopback/dns/client_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

using namespace tlspolicy;
using namespace tlspolicy::dns;
using namespace tlspolicy::dns::loopback;
using app::ResolverWatch;

TEST_CASE_FIXTURE(ClientFixture, "many who want to know of the resolver make one query a second at most") {
    auto dns = client(settings());
    ResolverWatch watch(loop.get_executor(), dns);
    int told = 0;
    int right = 0;
    const auto count = [&](const std::exception_ptr& /*none*/, ResolverWatch::State state) {
        ++told;
        right += state == ResolverWatch::State::not_validating ? 1 : 0;
    };
    for (int i = 0; i < 10; ++i)
        boost::asio::co_spawn(loop, watch.recent(), count);
    loop.restart();
    while (told < 10)
        loop.run_one();
    CHECK(right == 10);
    CHECK(server.queries("") == 1);
    CHECK(run(watch.recent()) == ResolverWatch::State::not_validating);
    CHECK(server.queries("") == 1);
}

TEST_CASE_FIXTURE(ClientFixture, "who wants to know of a resolver that says nothing does not wait for it") {
    server.misbehave("", DnsFault::silence);
    auto dns = client(settings(std::chrono::hours(1)));
    ResolverWatch watch(loop.get_executor(), dns);
    CHECK(run(watch.recent()) == ResolverWatch::State::not_tested);
    watch.stop();
    loop.restart();
    while (!watch.idle())
        loop.run_one();
}

TEST_CASE_FIXTURE(ClientFixture, "who waits for another's look at the resolver is woken when that fails") {
    server.misbehave("", DnsFault::servfail);
    auto dns = client(settings());
    ResolverWatch watch(loop.get_executor(), dns);
    int told = 0;
    int failed = 0;
    for (int i = 0; i < 3; ++i)
        boost::asio::co_spawn(loop, watch.recent(),
                              [&](const std::exception_ptr& /*none*/, ResolverWatch::State state) {
                                  ++told;
                                  failed += state == ResolverWatch::State::not_answering ? 1 : 0;
                              });
    loop.restart();
    while (told < 3)
        loop.run_one();
    CHECK(failed == 3);
    CHECK(watch.reason().find("SERVFAIL") != std::string::npos);
}
