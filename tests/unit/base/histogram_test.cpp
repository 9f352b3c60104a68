#include "base/histogram.hpp"

#include <doctest/doctest.h>

using namespace tlspolicy;

TEST_CASE("a duration falls into the first bucket that holds it") {
    struct Row {
        Duration took;
        std::size_t bucket;
    };
    const Row rows[] = {{Duration(0), 0},       {Duration(1), 0},      {Duration(2), 1},
                        {Duration(3), 2},       {Duration(1000), 9},   {Duration(1001), 10},
                        {Duration(20'000), 13}, {Duration(20'001), 14}};
    for (const auto& row : rows) {
        CAPTURE(row.took.count());
        Histogram histogram;
        histogram.observe(row.took);
        for (std::size_t i = 0; i <= Histogram::bounds_ms.size(); ++i)
            CHECK(histogram.count(i) == (i == row.bucket ? 1 : 0));
        CHECK(histogram.sum_ms() == static_cast<std::uint64_t>(row.took.count()));
    }
}
