#include "telemetry/exposition.hpp"

#include "base/clock.hpp"
#include "base/histogram.hpp"

#include <doctest/doctest.h>

using namespace tlspolicy;
using telemetry::Exposition;

TEST_CASE("values of one name stand together below one help, labels escaped") {
    Exposition exposition;
    exposition.counter("a_total", "Help", {{"x", "1"}}, 5);
    exposition.counter("a_total", "Help", {{"x", "\"\n\\"}}, 6);
    exposition.gauge("b", "Other", {}, 0.5);
    CHECK(exposition.text()
          == "# HELP a_total Help\n# TYPE a_total counter\na_total{x=\"1\"} 5\na_total{x=\"\\\"\\n\\\\\"} 6\n"
             "# HELP b Other\n# TYPE b gauge\nb 0.5\n");
}

TEST_CASE("a histogram's buckets are cumulative, and in seconds") {
    Histogram took;
    took.observe(Duration(1));
    took.observe(Duration(150));
    took.observe(Duration(60'000));
    Exposition exposition;
    exposition.histogram("t_seconds", "Help", {}, took);
    const auto text = exposition.text();
    for (const char* line :
         {"t_seconds_count 3\n", "t_seconds_sum 60.151\n", "t_seconds_bucket{le=\"0.001\"} 1\n",
          "t_seconds_bucket{le=\"0.1\"} 1\n", "t_seconds_bucket{le=\"0.2\"} 2\n",
          "t_seconds_bucket{le=\"20\"} 2\n", "t_seconds_bucket{le=\"+Inf\"} 3\n"}) {
        CAPTURE(line);
        CHECK(text.find(line) != text.npos);
    }
}
