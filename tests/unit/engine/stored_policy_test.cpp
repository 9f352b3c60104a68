#include "engine/stored_policy.hpp"

#include "unit/engine/samples.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::engine {
namespace {

using namespace samples;

const std::string body = "version: STSv1\nmode: enforce\nmax_age: 172800\nmx: mx.example.com\n";  // 48 h

StoredPolicy stored() {
    StoredPolicy policy{"example.com", body, "id1"};
    policy.fetched = now - hours(10);
    policy.expires = now + hours(38);
    policy.checked = now - hours(1);
    policy.used = now - minutes(5);
    return policy;
}

Result<std::optional<cache::Cached>> read_back(StoredPolicy policy, Time at = now) {
    static cache::PolicyPool pool;
    return from_stored(std::move(policy), pool, Settings{}, at, 0.5);
}

}  // namespace

TEST_CASE("a policy comes back as it was written down") {  // proves STS-34
    const auto policy = read_back(stored());
    REQUIRE(policy.has_value());
    REQUIRE(policy->has_value());
    CHECK((*policy)->policy->body == body);
    CHECK((*policy)->id == "id1");
    CHECK((*policy)->fetched == now - hours(10));
    CHECK((*policy)->expires == now + hours(38));
    CHECK((*policy)->checked == now - hours(1));
    CHECK((*policy)->recheck <= now);  // it may be long ago that its record was seen
    CHECK((*policy)->refresh == now - hours(10) + hours(18));
    CHECK((*policy)->failure == nullptr);
    CHECK(to_stored("example.com", **policy, now - minutes(5)) == stored());
}

TEST_CASE("its failure comes back with it, but pauses no longer than it may") {
    StoredPolicy policy = stored();
    policy.failure = failure(ErrorKind::webpki, "id2", hours(1000), 3);
    const auto back = read_back(policy).value();
    REQUIRE(back->failure != nullptr);
    CHECK(back->failure->error == policy.failure->error);
    CHECK(back->failure->count == 3);
    CHECK(back->failure->retry == now + Settings{}.retry_after_max);
}

TEST_CASE("what the store says of a policy's life counts for nothing against its text") {
    struct Row {
        const char* what;
        Duration fetched_ago;
        Duration expires_in;
        std::optional<Duration> left;
    };
    for (const Row& row : {Row{"as written", hours(10), hours(38), hours(38)},
                           Row{"prolonged", hours(10), hours(9000), hours(38)},
                           Row{"cut short", hours(10), hours(-1), hours(38)},
                           Row{"from the future", hours(-5), hours(43), hours(48)},
                           Row{"about to expire", hours(48) - Duration(1), hours(0), Duration(1)},
                           Row{"just expired", hours(48), hours(9000), std::nullopt},
                           Row{"long expired", hours(90000), hours(9000), std::nullopt}}) {
        CAPTURE(row.what);
        StoredPolicy policy = stored();
        policy.fetched = now - row.fetched_ago;
        policy.expires = now + row.expires_in;
        const auto back = read_back(policy).value();
        REQUIRE(back.has_value() == row.left.has_value());
        if (row.left) CHECK(back->expires == now + *row.left);
        if (row.left) CHECK(back->checked <= now);
        if (row.left) CHECK(back->fetched <= now);
    }
}

TEST_CASE("what is no policy is refused") {  // proves STS-35
    StoredPolicy policy = stored();
    policy.body = "version: STSv1\nmode: enforce\nmax_age: 172800\nmx: *\n";
    CHECK(read_back(policy).error().kind() == ErrorKind::invalid);
    policy.body = {};
    CHECK(read_back(policy).has_error());
    for (const char* id : {"", "with space", "123456789012345678901234567890123"}) {
        policy = stored();
        policy.id = id;
        CHECK(read_back(policy).has_error());
    }
}

}  // namespace tlspolicy::engine
