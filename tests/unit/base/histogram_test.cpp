#include "base/histogram.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace tlspolicy;
using namespace std::chrono_literals;

namespace {

template <class Histogram>
void check(std::chrono::nanoseconds took, std::size_t bucket, double seconds) {
    CAPTURE(took.count());
    Histogram histogram;
    histogram.observe(took);
    for (std::size_t i = 0; i <= Histogram::bounds.size(); ++i)
        CHECK(histogram.count(i) == (i == bucket ? 1 : 0));
    CHECK(histogram.sum_in_seconds() == doctest::Approx(seconds));
}

}  // namespace

TEST_CASE("a duration falls into the first bucket that holds it") {
    check<Histogram>(0ms, 0, 0);
    check<Histogram>(1ms, 0, 0.001);
    check<Histogram>(2ms, 1, 0.002);
    check<Histogram>(3ms, 2, 0.003);
    check<Histogram>(1000ms, 9, 1);
    check<Histogram>(1001ms, 10, 1.001);
    check<Histogram>(20'000ms, 13, 20);
    check<Histogram>(20'001ms, 14, 20.001);
}

TEST_CASE("a bucket's bound is not passed by a part of a unit") {
    check<Histogram>(1ms + 1ns, 1, 0.002);
    check<QuickHistogram>(400ns, 0, 1e-6);
    check<QuickHistogram>(1001ns, 1, 2e-6);
    check<QuickHistogram>(20ms, 13, 0.02);
    check<QuickHistogram>(21ms, 14, 0.021);
}

TEST_CASE("bounds are told in seconds") {
    CHECK(Histogram::bound_in_seconds(0) == doctest::Approx(0.001));
    CHECK(QuickHistogram::bound_in_seconds(13) == doctest::Approx(0.02));
}
