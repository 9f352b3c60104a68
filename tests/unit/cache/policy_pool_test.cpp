#include "cache/policy_pool.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::cache {
namespace {

const std::string body = "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx.example.com\n";
const std::string other = "version: STSv1\nmode: none\nmax_age: 86400\n";

}  // namespace

TEST_CASE("domains with one text share one policy") {
    PolicyPool pool;
    const auto first = pool.intern(body).value();
    CHECK(pool.intern(std::string(body)).value() == first);
    CHECK(pool.intern(other).value() != first);
    CHECK(pool.size() == 2);
    CHECK(first->body == body);
    CHECK(first->text->plain() == "secure match=mx.example.com servername=hostname");
}

TEST_CASE("a policy without MX hosts has no answer to render") {
    PolicyPool pool;
    CHECK_FALSE(pool.intern(other).value()->text.has_value());
}

TEST_CASE("what is no policy is not kept") {  // proves STS-11
    PolicyPool pool;
    const auto invalid = pool.intern("version: STSv1\nmode: always\n");
    REQUIRE(invalid.has_error());
    CHECK(invalid.error().kind() == ErrorKind::invalid);
    CHECK(pool.size() == 0);
}

TEST_CASE("a policy that would not fit into an answer is invalid") {  // proves STS-17
    std::string huge = "version: STSv1\nmode: enforce\nmax_age: 86400\n";
    const std::string host = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
    for (int i = 0; i < 1000; ++i)
        huge += "mx: " + host + "\n";
    PolicyPool pool;
    const auto refused = pool.intern(huge);
    REQUIRE(refused.has_error());
    CHECK(refused.error().kind() == ErrorKind::invalid);
}

TEST_CASE("a sweep lets go of policies that nobody holds") {
    PolicyPool pool;
    auto held = pool.intern(body).value();
    CHECK(pool.intern(other).has_value());
    pool.sweep();
    CHECK(pool.size() == 1);
    CHECK(pool.intern(body).value() == held);
    held.reset();
    pool.sweep();
    CHECK(pool.size() == 0);
    CHECK(pool.intern(body).has_value());
}

}  // namespace tlspolicy::cache
