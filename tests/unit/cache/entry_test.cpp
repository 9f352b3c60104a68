#include "cache/entry.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace tlspolicy::cache {
namespace {

constexpr Time now{std::chrono::hours(1000)};

EntryPtr entry() {
    return Entry::create(Domain::parse("example.com").value(), NoRecord{now}, now);
}

}  // namespace

TEST_CASE("an entry carries its domain, however long") {
    const std::string longest = std::string(63, 'a') + '.' + std::string(63, 'b') + '.' + std::string(63, 'c')
                                + '.' + std::string(61, 'd');
    for (const std::string& name : {std::string("a.example"), longest})
        CHECK(Entry::create(Domain::parse(name).value(), NoRecord{now}, now)->domain() == name);
}

TEST_CASE("an entry remembers its last use to the minute") {
    const auto used = entry();
    CHECK(used->last_used() == now);
    used->mark_used(now + std::chrono::seconds(59));
    CHECK(used->last_used() == now);
    used->mark_used(now + std::chrono::seconds(60));
    CHECK(used->last_used() == now + std::chrono::seconds(60));
}

TEST_CASE("a recheck is claimed once, however many threads find it due") {  // proves STS-31
    const auto due = entry();
    std::atomic<int> claimed{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] { claimed += due->claim_recheck() ? 1 : 0; });
    for (auto& thread : threads)
        thread.join();
    CHECK(claimed == 1);
}

}  // namespace tlspolicy::cache
