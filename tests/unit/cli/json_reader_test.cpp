#include "cli/json_reader.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

namespace tlspolicy::cli {
namespace {

TEST_CASE("what the daemon did not say, or said otherwise, reads as nothing") {
    const auto value = boost::json::parse(
        R"({"text":"a","number":-5,"yes":true,"null":null,"object":{"x":1},"array":[1],)"
        R"("moment":{"at":"2026-11-25T03:46:04Z","in":3700},"past":{"at":"T","in":-60},"odd":{"at":5}})");
    const auto& object = value.as_object();
    CHECK(text_at(object, "text") == "a");
    CHECK(text_at(object, "number") == "-5");
    CHECK(text_at(object, "null").empty());
    CHECK(text_at(object, "missing").empty());
    CHECK(number_at(object, "number") == -5);
    CHECK(number_at(object, "text") == 0);
    CHECK(is_true_at(object, "yes"));
    CHECK_FALSE(is_true_at(object, "number"));
    CHECK(object_at(object, "object").size() == 1);
    CHECK(object_at(object, "array").empty());
    CHECK(array_at(object, "array").size() == 1);
    CHECK(array_at(object, "object").empty());
    CHECK(moment_at(object, "moment") == "2026-11-25T03:46:04Z (in 1h 1m)");
    CHECK(moment_at(object, "past") == "T (1m ago)");
    CHECK(moment_at(object, "odd") == "5 (now)");
    CHECK(moment_at(object, "null") == "never");
}

TEST_CASE("a duration is shown in its two greatest units") {
    CHECK(shown_duration(0) == "0s");
    CHECK(shown_duration(59) == "59s");
    CHECK(shown_duration(60) == "1m");
    CHECK(shown_duration(61) == "1m 1s");
    CHECK(shown_duration(3600) == "1h");
    CHECK(shown_duration(3659) == "1h");
    CHECK(shown_duration(86'400 * 6 + 3600 * 23 + 59) == "6d 23h");
    CHECK(shown_duration(86'400 * 400) == "400d");
}

}  // namespace
}  // namespace tlspolicy::cli
