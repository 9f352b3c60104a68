#include "cache/policy_cache.hpp"

#include "base/domain.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace tlspolicy::cache {
namespace {

constexpr Time now{std::chrono::hours(1000)};
constexpr std::uint64_t key = 42;

std::shared_ptr<const KnownPolicy> policy(std::string_view mode) {
    return read_policy("version: STSv1\nmode: " + std::string(mode)
                       + "\nmax_age: 86400\nmx: mx.example.com\n")
        .value();
}

std::string name(std::string_view kind, int number) {
    return std::string(kind) + std::to_string(number) + ".example.com";
}

EntryPtr entry(std::string_view domain, StsState state) {
    return Entry::create(Domain::parse(domain).value(), std::move(state), now);
}
EntryPtr no_record(std::string_view domain) {
    return entry(domain, NoRecord{now});
}
EntryPtr with_policy(std::string_view domain, const std::shared_ptr<const KnownPolicy>& policy,
                     std::string_view id = "id1") {
    Cached cached{policy};
    cached.id = id;
    return entry(domain, std::move(cached));
}

/// Names that all fall into one shard.
std::vector<std::string> names_of_one_shard(std::size_t count) {
    PolicyCache cache(100'000, key);
    for (std::size_t i = 0; i < count * 2 * PolicyCache::shard_count; ++i)
        cache.put(no_record(name("s", static_cast<int>(i))));
    PolicyCache::Walk walk;
    std::vector<std::string> names;
    for (const auto& each : cache.walk_on(walk, count))
        names.emplace_back(each->domain());
    REQUIRE(names.size() == count);
    return names;
}

int held(const PolicyCache& cache, std::string_view kind, int count) {
    int found = 0;
    for (int i = 0; i < count; ++i)
        found += cache.find(name(kind, i)) != nullptr ? 1 : 0;
    return found;
}

}  // namespace

TEST_CASE("an entry is found by its domain, replaced whole, and erased") {
    PolicyCache cache(10, key);
    CHECK(cache.find("example.com") == nullptr);
    CHECK(cache.put(no_record("example.com")) == PolicyCache::Kept::yes);
    const auto first = cache.find("example.com");
    REQUIRE(first != nullptr);
    CHECK(cache.put(with_policy("example.com", policy("enforce"))) == PolicyCache::Kept::yes);
    CHECK(cache.size() == 1);
    CHECK(std::holds_alternative<Cached>(cache.find("example.com")->sts()));
    CHECK(std::holds_alternative<NoRecord>(first->sts()));  // a snapshot stays what it was
    CHECK(cache.find("sub.example.com") == nullptr);
    cache.erase("sub.example.com");
    CHECK(cache.size() == 1);
    cache.erase("example.com");
    CHECK(cache.find("example.com") == nullptr);
    CHECK(cache.size() == 0);
}

TEST_CASE("a walk meets every entry once, in whatever steps") {
    PolicyCache cache(1000, key);
    for (int i = 0; i < 500; ++i)
        cache.put(no_record(name("d", i)));
    for (const std::size_t step : {1U, 3U, 100U, 1000U}) {
        PolicyCache::Walk walk;
        std::set<std::string> seen;
        while (!walk.at_end()) {
            const auto met = cache.walk_on(walk, step);
            CHECK(met.size() <= step);
            for (const auto& each : met)
                CHECK(seen.emplace(each->domain()).second);
        }
        CHECK(seen.size() == 500);
    }
}

TEST_CASE("a walk goes on, and ends, while entries go and come") {
    PolicyCache cache(1000, key);
    for (int i = 0; i < 500; ++i)
        cache.put(no_record(name("d", i)));
    PolicyCache::Walk walk;
    std::size_t erased = 0;
    while (!walk.at_end()) {
        for (const auto& each : cache.walk_on(walk, 7)) {
            cache.erase(each->domain());
            ++erased;
        }
    }
    CHECK(erased == 500);
    CHECK(cache.size() == 0);
}

TEST_CASE("the cache never grows beyond its bound") {
    PolicyCache cache(100, key);
    for (int i = 0; i < 1000; ++i)
        CHECK(cache.put(no_record(name("d", i))) == PolicyCache::Kept::yes);
    CHECK(cache.size() == 100);
    CHECK(cache.find(name("d", 999)) != nullptr);
    CHECK(held(cache, "d", 1000) == 100);
}

TEST_CASE("an enforced policy is never evicted") {  // proves STS-34
    PolicyCache cache(200, key);
    const auto enforced = policy("enforce");
    for (int i = 0; i < 100; ++i)
        cache.put(with_policy(name("kept", i), enforced));
    // Where a map has `enforce_testing`, a policy in testing is one too.
    const auto testing = policy("testing");
    for (int i = 0; i < 50; ++i)
        cache.put(with_policy(name("t", i), testing));
    for (int i = 0; i < 2000; ++i)
        cache.put(no_record(name("d", i)));
    const auto none = policy("none");
    for (int i = 0; i < 2000; ++i)
        cache.put(with_policy(name("n", i), none));
    CHECK(cache.size() == 200);
    CHECK(held(cache, "kept", 100) == 100);
    CHECK(held(cache, "t", 50) == 50);
    CHECK(cache.policies_left() == 0);
}

TEST_CASE("what holds no policy goes before a policy that asks for nothing") {
    const auto names = names_of_one_shard(60);
    PolicyCache cache(40, key);
    for (std::size_t i = 0; i < 20; ++i) {
        cache.put(with_policy(names[i], policy("none")));
        cache.put(no_record(names[20 + i]));
    }
    const auto left = [&](std::size_t first) {
        return std::count_if(names.begin() + static_cast<std::ptrdiff_t>(first),
                             names.begin() + static_cast<std::ptrdiff_t>(first + 20),
                             [&cache](const std::string& each) { return cache.find(each) != nullptr; });
    };
    const auto enforced = policy("enforce");
    for (std::size_t i = 0; i < 20; ++i)
        CHECK(cache.put(with_policy(names[40 + i], enforced)) == PolicyCache::Kept::yes);
    CHECK(left(0) == 20);
    CHECK(left(20) == 0);
    CHECK(left(40) == 20);
    CHECK(cache.put(no_record("one.more.example.com")) == PolicyCache::Kept::yes);
    CHECK(left(0) == 19);
}

TEST_CASE(
    "with nothing but enforced policies left, a newcomer is not kept, and that is said") {  // proves STS-34
    PolicyCache cache(50, key);
    const auto enforced = policy("enforce");
    for (int i = 0; i < 50; ++i)
        CHECK(cache.put(with_policy(name("kept", i), enforced)) == PolicyCache::Kept::yes);
    CHECK(cache.put(no_record("late.example.com")) == PolicyCache::Kept::no_room);
    CHECK(cache.put(with_policy("late.example.com", enforced)) == PolicyCache::Kept::no_room);
    CHECK(cache.find("late.example.com") == nullptr);
    CHECK(held(cache, "kept", 50) == 50);

    // What is there can still change, and makes room by it.
    CHECK(cache.put(with_policy(name("kept", 0), enforced, "id2")) == PolicyCache::Kept::yes);
    CHECK(cache.put(no_record(name("kept", 1))) == PolicyCache::Kept::yes);
    CHECK(cache.put(with_policy("late.example.com", enforced)) == PolicyCache::Kept::yes);
    CHECK(cache.find(name("kept", 1)) == nullptr);
    CHECK(cache.size() == 50);
}

TEST_CASE("a raised bound makes room") {
    PolicyCache cache(1, key);
    cache.put(with_policy("a.example.com", policy("enforce")));
    CHECK(cache.put(no_record("b.example.com")) == PolicyCache::Kept::no_room);
    cache.set_max_entries(2);
    CHECK(cache.put(no_record("b.example.com")) == PolicyCache::Kept::yes);
}

TEST_CASE("a lowered bound is reached step by step, and no policy goes for it") {
    PolicyCache cache(2000, key);
    const auto enforced = policy("enforce");
    for (int i = 0; i < 10; ++i)
        cache.put(with_policy(name("kept", i), enforced));
    for (int i = 0; i < 1500; ++i)
        cache.put(no_record(name("d", i)));
    cache.set_max_entries(5);
    cache.shrink();
    CHECK(cache.size() < 1510);
    CHECK(cache.size() > 1000);
    for (int i = 0; i < 10; ++i)
        cache.shrink();
    CHECK(cache.size() == 10);
    CHECK(held(cache, "kept", 10) == 10);
}

TEST_CASE("policies that a store keeps may leave, those unused for long first") {  // proves STS-34
    PolicyCache cache(1000, key);
    cache.policies_may_leave(true);
    const auto enforced = policy("enforce");
    for (int i = 0; i < 1000; ++i) {
        Cached state{enforced};
        const auto domain = Domain::parse(name(i % 2 == 0 ? "old" : "new", i)).value();
        cache.put(Entry::create(domain, std::move(state), i % 2 == 0 ? now - std::chrono::hours(100) : now));
    }
    for (int i = 0; i < 300; ++i)
        CHECK(cache.put(with_policy(name("late", i), enforced)) == PolicyCache::Kept::yes);
    CHECK(cache.size() == 1000);
    CHECK(cache.policies_left() == 300);
    CHECK(held(cache, "new", 1000) > 475);  // of 500: it looks at a handful each time
    // What holds no policy still goes first.
    cache.put(no_record("a.example.com"));
    const auto left = cache.policies_left();
    cache.put(no_record("b.example.com"));
    CHECK(cache.find("a.example.com") == nullptr);
    CHECK(cache.policies_left() == left);
}

TEST_CASE("a policy of many octets takes the room of many") {
    PolicyCache cache(100, key);
    cache.policies_may_leave(true);
    std::string body = "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx.example.com\n";
    while (body.size() < 10'000)
        body += "x-filler: " + std::string(100, 'x') + "\n";
    const auto huge = read_policy(body).value();
    for (int i = 0; i < 100; ++i)
        cache.put(with_policy(name("huge", i), huge));
    CHECK(cache.size() == 4);  // each counts as 22: the text, its lines and its patterns, and the answer
}

TEST_CASE("a policy of many short lines takes more room than its text") {
    PolicyCache cache(100, key);
    cache.policies_may_leave(true);
    std::string body = "version: STSv1\nmode: enforce\nmax_age: 86400\nmx: mx.example.com\n";
    while (body.size() < 5'000)
        body += "x:y\n";
    const auto crowded = read_policy(body).value();
    for (int i = 0; i < 100; ++i)
        cache.put(with_policy(name("crowded", i), crowded));
    CHECK(cache.size() <= 100 / (crowded->policy.lines.size() * sizeof(std::string) / 2048));
    CHECK(cache.size() > 0);
}

TEST_CASE("entries are counted by kind") {
    using Kind = PolicyCache::Kind;
    PolicyCache cache(100, key);
    cache.put(no_record("a.example.com"));
    cache.put(entry("b.example.com", Unavailable{Failure{}, now}));
    cache.put(with_policy("c.example.com", policy("enforce")));
    cache.put(with_policy("d.example.com", policy("testing")));
    cache.put(with_policy("e.example.com", policy("none")));
    for (const Kind kind : {Kind::no_record, Kind::unavailable, Kind::enforce, Kind::testing, Kind::none})
        CHECK(cache.size(kind) == 1);
    cache.put(with_policy("a.example.com", policy("enforce")));
    CHECK(cache.size(Kind::no_record) == 0);
    CHECK(cache.size(Kind::enforce) == 2);
    cache.erase("c.example.com");
    CHECK(cache.size(Kind::enforce) == 1);
    CHECK(cache.size() == 4);
}

TEST_CASE("readers on many threads never miss an entry that is being replaced") {  // proves STS-30
    PolicyCache cache(64, key);
    const auto enforced = policy("enforce");
    constexpr int domains = 8;
    for (int i = 0; i < domains; ++i)
        cache.put(with_policy(name("kept", i), enforced));

    std::atomic<bool> stop{false};
    std::atomic<int> missed{0};
    std::atomic<int> rounds{0};
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 4; ++reader) {
        readers.emplace_back([&] {
            while (!stop.load()) {
                for (int i = 0; i < domains; ++i) {
                    const auto found = cache.find(name("kept", i));
                    if (!found || !std::holds_alternative<Cached>(found->sts())) {
                        ++missed;
                        continue;
                    }
                    found->mark_used(now + std::chrono::hours(1));
                    found->claim_recheck();
                }
                ++rounds;
            }
        });
    }
    for (int round = 0; round < 200 || rounds.load() < 200; ++round) {
        for (int i = 0; i < domains; ++i) {
            cache.put(with_policy(name("kept", i), enforced, "id" + std::to_string(round)));
            cache.put(no_record(name("d", (round * domains + i) % 1000)));  // evicts, all the while
        }
    }
    stop = true;
    for (auto& reader : readers)
        reader.join();
    CHECK(missed == 0);
}

}  // namespace tlspolicy::cache
