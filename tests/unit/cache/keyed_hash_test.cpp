#include "cache/keyed_hash.hpp"

#include <doctest/doctest.h>

#include <array>
#include <set>
#include <string>

namespace tlspolicy::cache {

TEST_CASE("a hash depends on the text, its length and the key, and on nothing else") {
    const KeyedHash hash(1);
    CHECK(hash("example.com") == hash(std::string("example") + ".com"));
    CHECK(hash("example.com") == KeyedHash(1)("example.com"));
    CHECK(hash("example.com") != KeyedHash(2)("example.com"));
    CHECK(hash("example.com") != hash("example.con"));
    CHECK(hash("aaaaaaaa") != hash("aaaaaaaaaaaaaaaa"));
    CHECK(hash("a") != hash(std::string_view("a\0", 2)));
    CHECK(hash("") == hash(std::string()));
}

TEST_CASE("alike names spread over shards and do not collide") {
    const KeyedHash hash(0x0123456789abcdefU);
    std::set<std::uint64_t> seen;
    std::array<int, 64> shards{};
    for (int i = 0; i < 64'000; ++i) {
        const std::uint64_t value = hash("host" + std::to_string(i) + ".example.com");
        seen.insert(value);
        ++shards[value >> 58U];
    }
    CHECK(seen.size() == 64'000);
    for (const int names : shards) {
        CHECK(names > 700);  // 1,000 each but for chance
        CHECK(names < 1300);
    }
}

}  // namespace tlspolicy::cache
