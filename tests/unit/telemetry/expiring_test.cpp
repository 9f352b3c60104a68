#include "telemetry/expiring.hpp"

#include "base/domain.hpp"
#include "cache/walk.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace tlspolicy::telemetry {
namespace {

using cache::PolicyCache;
using std::chrono::hours;

constexpr Time now{hours(1000)};

enum class Latest { well, failed };

/// All were fetched two days ago.
constexpr Time fetched = now - hours(48);

void put(PolicyCache& cache, const std::string& name, cache::StsState state) {
    cache.put(cache::Entry::create(Domain::parse(name).value(), std::move(state), now));
}

void put_policy(PolicyCache& cache, const std::string& name, Time expires, Latest latest,
                const std::string& mode = "enforce", Time since = fetched) {
    const std::string text = "version: STSv1\nmode: " + mode + "\nmax_age: 86400\nmx: mx.example.com\n";
    cache::Cached cached{cache::read_policy(text).value()};
    cached.fetched = since;
    cached.expires = expires;
    if (latest == Latest::failed) cached.failure = std::make_shared<const cache::Failure>();
    put(cache, name, std::move(cached));
}

/// A walk through all of the cache.
std::size_t count(Expiring& expiring) {
    for (std::size_t shard = 0; shard < PolicyCache::shard_count; ++shard)
        expiring.walk_on(now);
    return expiring.count();
}

}  // namespace

TEST_CASE("an enforced policy counts that ends within a day and could not be renewed, and no other") {
    PolicyCache cache(1000, 42);
    put_policy(cache, "ends.example", now + hours(24) - Duration(1), Latest::failed);
    put_policy(cache, "ends-at-once.example", now + Duration(1), Latest::failed);
    put_policy(cache, "lasts.example", now + hours(24), Latest::failed);
    put_policy(cache, "renewed.example", now + hours(1), Latest::well);
    put_policy(cache, "ended.example", now, Latest::failed);
    put_policy(cache, "withdrawn.example", now + hours(1), Latest::failed, "none");
    put_policy(cache, "testing.example", now + hours(1), Latest::failed, "testing");
    // Of a day's policy the first half is left to rechecks, whose failure endangers nothing yet.
    put_policy(cache, "young.example", now + hours(13), Latest::failed, "enforce", now - hours(11));
    put(cache, "none.example", cache::NoRecord{now + hours(1)});
    put(cache, "failing.example", cache::Unavailable{{}, now + hours(1)});
    Expiring expiring(cache);
    CHECK(count(expiring) == 2);
}

TEST_CASE("what is told is of the latest whole walk") {
    PolicyCache cache(1000, 42);
    put_policy(cache, "ends.example", now + hours(1), Latest::failed);
    Expiring expiring(cache);
    for (std::size_t shard = 0; shard + 1 < PolicyCache::shard_count; ++shard) {
        expiring.walk_on(now);
        CHECK(expiring.count() == 0);
    }
    expiring.walk_on(now);
    CHECK(expiring.count() == 1);
    cache.erase("ends.example");
    expiring.walk_on(now);
    CHECK(expiring.count() == 1);
    for (std::size_t shard = 1; shard < PolicyCache::shard_count; ++shard)
        expiring.walk_on(now);
    CHECK(expiring.count() == 0);
}

TEST_CASE("a shard with more than is looked at in one go is counted whole") {
    const std::size_t many = 2 * PolicyCache::shard_count * cache::entries_at_once;
    PolicyCache cache(many, 42);
    for (std::size_t i = 0; i < many; ++i)
        put_policy(cache, "d" + std::to_string(i) + ".example", now + hours(1), Latest::failed);
    Expiring expiring(cache);
    CHECK(count(expiring) == many);
    CHECK(count(expiring) == many);
}

}  // namespace tlspolicy::telemetry
