#include "loopback/server/server_fixture.hpp"
#include "server/traffic.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace tlspolicy;
using namespace tlspolicy::test;

namespace {

template <class Histogram>
std::uint64_t observations(const Histogram& histogram) {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i <= Histogram::bounds.size(); ++i)
        all += histogram.count(i);
    return all;
}

}  // namespace

TEST_CASE("of answers from memory a sample is timed, of the others each") {
    ServerFixture server;
    server.start();
    auto client = server.connect();
    REQUIRE(client.ask("postfix", "example.com") == secure("example.com"));
    CHECK(observations(server.server().traffic().waits) == 1);
    CHECK(observations(server.server().traffic().quick) == 0);
    for (int i = 0; i < 640; ++i)
        REQUIRE(client.ask("postfix", "example.com") == secure("example.com"));
    CHECK(observations(server.server().traffic().waits) == 1);
    const auto timed = observations(server.server().traffic().quick);
    CHECK(timed >= 10);
    CHECK(timed <= 64);
}
