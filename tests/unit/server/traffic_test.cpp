#include "server/traffic.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>

using namespace tlspolicy;
using server::MapCounters;

using Maps = std::map<std::string, postfix::MapOptions, std::less<>>;

TEST_CASE("a map keeps its place and its count over reloads") {
    MapCounters counters;
    Maps first{{"b", {}}, {"c", {}}};
    counters.assign(first);
    counters.count(first["c"].slot, postfix::NotFound{});
    Maps second{{"a", {}}, {"c", {}}};
    counters.assign(second);
    CHECK(second["c"].slot == first["c"].slot);
    CHECK(second["a"].slot != first["b"].slot);
    CHECK(counters.of(second["c"].slot, postfix::Answer(postfix::NotFound{}).index()) == 1);
    CHECK(counters.of(second["a"].slot, postfix::Answer(postfix::NotFound{}).index()) == 0);
    CHECK(counters.names() == std::vector<std::string>{"(unknown)", "b", "c", "a"});
}

TEST_CASE("maps beyond all places share the last") {
    MapCounters counters;
    Maps maps;
    for (int i = 0; i < 100; ++i)
        maps[std::to_string(1000 + i)] = {};
    counters.assign(maps);
    counters.assign(maps);
    std::map<unsigned, int> in_place;
    for (const auto& [name, options] : maps)
        ++in_place[options.slot];
    CHECK(counters.names().size() == 64);
    CHECK(counters.names().back() == "(others)");
    CHECK(in_place.size() == 63);
    CHECK(in_place.count(MapCounters::no_map) == 0);
    CHECK(in_place[63] == 100 - 62);
    counters.count(63, postfix::Perm{});
    CHECK(counters.of(63, postfix::Answer(postfix::Perm{}).index()) == 1);
}
