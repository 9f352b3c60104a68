#include "cache/dane_cache.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::cache {
namespace {

constexpr Time present{std::chrono::hours(1000)};

DaneEntryPtr entry(const std::string& key, std::size_t hosts = 0, Time until = present) {
    DaneState state;
    state.until = until;
    for (std::size_t i = 0; i < hosts; ++i)
        state.hosts.push_back({"mx" + std::to_string(i) + '.' + key});
    return DaneEntryPtr(new DaneEntry(key, std::move(state), present));
}

std::string name(int number) {
    return "d" + std::to_string(number) + ".example";
}

void fill(DaneCache& cache, std::size_t hosts) {
    for (int i = 0; i < 10'000; ++i)
        cache.put(entry(name(i), hosts));
}

}  // namespace

TEST_CASE("an entry is found under its key, replaced whole, and erased") {
    DaneCache cache(1000, 1);
    CHECK(cache.find("a.example") == nullptr);
    cache.put(entry("a.example", 1));
    cache.put(entry("a.example", 2));
    REQUIRE(cache.find("a.example") != nullptr);
    CHECK(cache.find("a.example")->state().hosts.size() == 2);
    CHECK(cache.size() == 1);
    cache.erase("a.example");
    cache.erase("a.example");
    CHECK(cache.find("a.example") == nullptr);
    CHECK(cache.size() == 0);
}

TEST_CASE("entries are counted by how they stand") {
    const auto standing = [](const std::string& key, dane::Standing stands) {
        DaneState state;
        state.standing = stands;
        state.until = present;
        return DaneEntryPtr(new DaneEntry(key, std::move(state), present));
    };
    DaneCache cache(1000, 1);
    cache.put(standing("a.example", dane::Standing::all_usable));
    cache.put(standing("b.example", dane::Standing::all_usable));
    cache.put(standing("c.example", dane::Standing::none));
    CHECK(cache.size(dane::Standing::all_usable) == 2);
    cache.put(standing("b.example", dane::Standing::hosts_not_known));
    CHECK(cache.size(dane::Standing::all_usable) == 1);
    CHECK(cache.size(dane::Standing::hosts_not_known) == 1);
    for (std::size_t i = 0; i < DaneCache::shard_count; ++i)
        cache.sweep(present + Duration(1));
    for (std::size_t i = 0; i < dane::standings; ++i)
        CHECK(cache.size(static_cast<dane::Standing>(i)) == 0);
    CHECK(cache.size() == 0);
}

TEST_CASE("the bound counts the hosts of an entry, too") {
    DaneCache cache(64 * 10, 1);
    fill(cache, 1);
    CHECK(cache.size() == 64 * 10);
    fill(cache, 16);  // each counts as five
    CHECK(cache.size() == 64 * 2);
    fill(cache, 1);
    CHECK(cache.size() <= 64 * 10);
    CHECK(cache.size() > 64 * 5);  // but for a large one here and there, which nobody chose to let go of
    cache.set_max_entries(1);
    cache.put(entry("a.example", 16));  // larger than a whole shard may be: kept, alone
    CHECK(cache.find("a.example") != nullptr);
}

TEST_CASE("a sweep lets go of what says nothing any more, however much there is") {
    DaneCache cache(1'000'000, 1);
    constexpr int many = 64 * 300;
    for (int i = 0; i < many; ++i)
        cache.put(entry(name(i), 1, i % 3 == 0 ? present + std::chrono::seconds(1) : present));
    for (std::size_t i = 0; i < DaneCache::shard_count; ++i)
        cache.sweep(present + std::chrono::seconds(1));
    CHECK(cache.size() == many / 3);
    for (int i = 0; i < many; ++i)
        CHECK((cache.find(name(i)) != nullptr) == (i % 3 == 0));
}

}  // namespace tlspolicy::cache
