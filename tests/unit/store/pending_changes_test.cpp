#include "store/pending_changes.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::store {
namespace {

using Erased = PendingChanges::Erased;
using Marked = PendingChanges::Marked;

constexpr Time now{std::chrono::hours(10)};

engine::StoredPolicy policy(const std::string& domain, const std::string& body = "body") {
    engine::StoredPolicy made;
    made.domain = domain;
    made.body = body;
    return made;
}

std::string body_of(const PendingChanges& pending, const char* domain) {
    const auto found = pending.find(domain);
    if (!found) return "unknown";
    return *found ? (*found)->body : "erased";
}

}  // namespace

TEST_CASE("the latest change of a domain counts, and is found") {
    PendingChanges pending(10, 1000);
    CHECK(body_of(pending, "a") == "unknown");
    CHECK(pending.add("a", policy("a", "one"), now) == 1);
    CHECK(pending.add("a", policy("a", "two"), now) == 1);
    CHECK(body_of(pending, "a") == "two");
    CHECK(pending.add("a", Erased{}, now) == 1);
    CHECK(body_of(pending, "a") == "erased");
    CHECK(pending.add("b", Marked{}, now) == 2);
    CHECK(body_of(pending, "b") == "unknown");  // a mark says nothing of the policy
    CHECK(pending.replaces("a"));
    CHECK_FALSE(pending.replaces("b"));
}

TEST_CASE("a mark changes a policy that waits, and brings back none") {
    PendingChanges pending(10, 1000);
    pending.add("a", policy("a"), now);
    pending.add("a", Marked{now, now + Duration(5)}, now);
    CHECK((*pending.find("a"))->used == now + Duration(5));
    pending.add("b", Erased{}, now);
    pending.add("b", Marked{now, now}, now);
    CHECK(body_of(pending, "b") == "erased");
}

TEST_CASE("what is being written is found, and pends again where that fails") {
    PendingChanges pending(10, 1000);
    pending.add("a", policy("a", "one"), now);
    pending.add("b", policy("b", "one"), now + Duration(1));
    CHECK(pending.take(1).size() == 1);
    CHECK(pending.size() == 2);
    CHECK(body_of(pending, "a") == "one");
    pending.add("a", policy("a", "two"), now + Duration(2));
    CHECK(body_of(pending, "a") == "two");
    pending.failed();
    CHECK(body_of(pending, "a") == "two");
    CHECK(pending.size() == 2);
    CHECK(pending.oldest() == now);
    CHECK(pending.take(10).size() == 2);
    pending.written();
    CHECK(pending.size() == 0);
    CHECK(pending.oldest() == std::nullopt);
    CHECK(body_of(pending, "a") == "unknown");
}

TEST_CASE("too many changes, in number or in octets, are dropped and counted, never those known already") {
    PendingChanges few(2, 1000);
    few.add("a", policy("a"), now);
    few.add("b", policy("b"), now);
    few.add("c", policy("c"), now);
    few.add("a", policy("a", "newer"), now);
    CHECK(few.size() == 2);
    CHECK(few.dropped() == 1);
    CHECK(body_of(few, "a") == "newer");

    PendingChanges small(100, 10);
    small.add("a", policy("a", "12345678"), now);
    small.add("b", policy("b", "12345678"), now);
    CHECK(small.dropped() == 1);
    small.take(10);
    small.written();
    small.add("b", policy("b", "12345678"), now);
    CHECK(small.dropped() == 1);
}

}  // namespace tlspolicy::store
