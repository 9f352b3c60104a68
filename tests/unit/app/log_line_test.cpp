#include "app/log_line.hpp"

#include <doctest/doctest.h>

#include <string>

namespace tlspolicy::app {
namespace {

/// "event|key:value|key:value"
std::string parts(std::string_view text) {
    const LogLine line = parse_log_line(text);
    std::string all(line.event);
    for (const auto& [key, value] : line.fields)
        all.append("|").append(key).append(":").append(value);
    return all;
}

std::string json(std::string_view text) {
    return to_json("12:00", "info", parse_log_line(text));
}

}  // namespace

TEST_CASE("a line is an event and its fields") {
    CHECK(parts("stopped") == "stopped");
    CHECK(parts("") == "");
    CHECK(parts("listening socketmap=127.0.0.1:8461 passed=no")
          == "listening|socketmap:127.0.0.1:8461|passed:no");
    CHECK(parts("policy-withdrawn domain=a.example mx= ms=12")
          == "policy-withdrawn|domain:a.example|mx:|ms:12");
    CHECK(parts("answer reason=\"a = b, c\" ms=1") == "answer|reason:a = b, c|ms:1");
    CHECK(parts("answer reason=\"\\x22 x=1\" ms=1") == "answer|reason:\\x22 x=1|ms:1");
    CHECK(parts("counters a=1 words between b=2") == "counters|a:1|b:2");
    CHECK(parts("answer reason=\"no end ms=1") == "answer|reason:no end ms=1");
    CHECK(parts("answer Bad-key=1 =2 ok=3") == "answer|ok:3");
}

TEST_CASE("JSON has a member for each field, and its own are not taken over") {
    CHECK(json("answer domain=a.example reason=\"x y\"")
          == R"({"time":"12:00","level":"info","event":"answer","domain":"a.example","reason":"x y"})");
    CHECK(json("answer event=x level=y time=z a=1 a=2")
          == R"({"time":"12:00","level":"info","event":"answer","a":"1"})");
}

TEST_CASE("JSON is valid whatever stands in a value") {
    const std::string begin = R"({"time":"12:00","level":"info","event":"e","r":")";
    CHECK(json("e r=a\\b") == begin + R"(a\\b"})");
    CHECK(json("e r=\"a\nb\x7f\"") == begin + R"(a\u000ab\u007f"})");
    CHECK(json("e r=\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")
          == begin + "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}");
    for (const std::string_view bad : {"\xff", "\xc0", "\xc3", "\x80"})
        CHECK(json("e r=" + std::string(bad)) == begin + R"(\ufffd"})");
    CHECK(json("e r=\xed\xa0\x80") == begin + R"(\ufffd\ufffd\ufffd"})");  // a surrogate
    CHECK(json("e r=\xe0\x80\x80") == begin + R"(\ufffd\ufffd\ufffd"})");  // overlong
}

TEST_CASE("a journal field has a name that the journal takes") {
    CHECK(journal_name("max_age") == "TLSPOLICYD_MAX_AGE");
    CHECK(journal_name("Domain").empty());
    CHECK(journal_name("").empty());
    CHECK(journal_name(std::string(60, 'a')).empty());
}

}  // namespace tlspolicy::app
