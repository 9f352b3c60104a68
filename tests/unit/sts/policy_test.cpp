#include "sts/policy.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using namespace tlspolicy::sts;

namespace {

const std::string head = "version: STSv1\nmode: enforce\nmx: mx.example.com\n";
const std::string whole = head + "max_age: 604800\n";

Policy good(std::string_view body) {
    CAPTURE(body);
    const auto policy = parse_policy(body);
    if (policy.has_error()) FAIL(policy.error().message());
    return *policy;
}

void bad(std::string_view body, std::string_view message) {
    CAPTURE(body);
    const auto policy = parse_policy(body);
    REQUIRE(policy.has_error());
    CHECK(policy.error().kind() == tlspolicy::ErrorKind::invalid);
    CHECK(policy.error().message() == message);
}

void bad(std::string_view body) {
    CAPTURE(body);
    const auto policy = parse_policy(body);
    REQUIRE(policy.has_error());
    CHECK(policy.error().kind() == tlspolicy::ErrorKind::invalid);
}

void bad_mx(std::string_view mx) {
    bad("version: STSv1\nmode: enforce\nmx: " + std::string(mx) + "\nmax_age: 1\n");
}

std::chrono::seconds max_age_of(std::string_view value) {
    return good(head + "max_age: " + std::string(value) + "\n").max_age;
}

void bad_max_age(std::string_view value) {
    bad(head + "max_age: " + std::string(value) + "\n");
}

}  // namespace

TEST_CASE("a policy is read field by field") {  // proves STS-11, STS-16
    const auto policy = good(
        "version: STSv1\nmode: testing\nmx: MX1.example.com\nmx: *.example.net\n"
        "mx: backup.example.org.\nmax_age: 1296000\n");
    CHECK(policy.mode == Mode::testing);
    REQUIRE(policy.mx.size() == 3);
    CHECK(policy.mx[0].text() == "mx1.example.com");
    CHECK(policy.mx[1].text() == "*.example.net");
    CHECK(policy.mx[2].text() == "backup.example.org");
    CHECK(policy.max_age == 1296000s);
    CHECK(policy.lines
          == std::vector<std::string>{"version: STSv1", "mode: testing", "mx: MX1.example.com",
                                      "mx: *.example.net", "mx: backup.example.org.", "max_age: 1296000"});
}

TEST_CASE("lines end in LF or CRLF, the last one perhaps in neither") {  // proves STS-10
    const Policy expected = good(whole);
    CHECK(good("version: STSv1\r\nmode: enforce\r\nmx: mx.example.com\r\nmax_age: 604800\r\n") == expected);
    CHECK(good("version: STSv1\r\nmode: enforce\nmx: mx.example.com\r\nmax_age: 604800") == expected);
    CHECK(good(whole + "\n") == expected);
    CHECK(good(whole + "\r\n\r\n \t\n") == expected);
    CHECK(good("\n" + whole) == expected);
    CHECK(good(head + "\n\r\nmax_age: 604800") == expected);
    bad("version: STSv1\rmode: enforce\rmx: mx.example.com\rmax_age: 1\r");  // CR alone is no line end
    bad(head + "max_age: 1\r\r\n");
}

TEST_CASE("blanks may stand after the colon and at the end of a line") {  // proves STS-10
    const auto policy = good("version:STSv1\nmode: \t enforce \t\nmx:\tmx.example.com \nmax_age:1 ");
    CHECK(policy.mode == Mode::enforce);
    CHECK(policy.mx[0].text() == "mx.example.com");
    CHECK(policy.max_age == 1s);
    CHECK(policy.lines[1] == "mode: \t enforce \t");  // as fetched
    bad(" version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 1\n");
    bad(head + "max_age : 1\n", "line 4: \"max_age \" is not a field name");
}

TEST_CASE("the fields come in any order") {  // proves STS-11
    const auto policy = good("max_age: 1\nmx: mx.example.com\nfoo: bar\nmode: enforce\nversion: STSv1\n");
    CHECK(policy.mode == Mode::enforce);
    CHECK(policy.lines.size() == 5);
}

TEST_CASE("a policy without a required field is invalid") {  // proves STS-11
    bad("", "version is missing");
    bad("\n\n", "version is missing");
    bad("mode: enforce\nmx: mx.example.com\nmax_age: 1\n", "version is missing");
    bad("version: STSv1\nmx: mx.example.com\nmax_age: 1\n", "mode is missing");
    bad(head, "max_age is missing");
    bad("version: STSv1\nmode: enforce\nmax_age: 1\n", "mx is missing");
    bad("version: STSv1\nmode: testing\nmax_age: 1\n", "mx is missing");
    bad("version: STSv1\nmode: enforce\nnmx: mx.example.com\nmax_age: 1\n", "mx is missing");
    CHECK(good("version: STSv1\nmode: none\nmax_age: 1\n").mx.empty());
    CHECK(good("version: STSv1\nmode: none\nmx: mx.example.com\nmax_age: 1\n").mx.size() == 1);
    bad("version: STSv1\nmode: none\nmx: *\nmax_age: 1\n");
}

TEST_CASE("version and mode are exact") {  // proves STS-11, STS-14
    bad("version: STSv2\nmode: none\nmax_age: 1\n", "line 1: version \"STSv2\" is not STSv1");
    bad("version: stsv1\nmode: none\nmax_age: 1\n");
    bad("version: STSv1;\nmode: none\nmax_age: 1\n");
    bad("version:\nmode: none\nmax_age: 1\n", "line 1: version \"\" is not STSv1");
    bad("version: STSv1\nmode: Enforce\nmx: mx.example.com\nmax_age: 1\n",
        "line 2: mode \"Enforce\" is not enforce, testing or none");
    bad("version: STSv1\nmode: report\nmx: mx.example.com\nmax_age: 1\n");
    bad("version: STSv1\nmode: enforce testing\nmx: mx.example.com\nmax_age: 1\n");
    bad("version: STSv1\nmode:\nmax_age: 1\n");
    bad("Version: STSv1\nmode: none\nmax_age: 1\n", "version is missing");  // field names are case-sensitive
    for (const Mode mode : {Mode::enforce, Mode::testing, Mode::none})
        CHECK(
            good("version: STSv1\nmode: " + std::string(name_of(mode)) + "\nmx: mx.example.com\nmax_age: 1\n")
                .mode
            == mode);
}

TEST_CASE("of a repeated field other than mx the first counts") {  // proves STS-12
    const auto policy = good(whole + "max_age: 1\nmode: none\nversion: STSv1\n");
    CHECK(policy.mode == Mode::enforce);
    CHECK(policy.max_age == 604800s);
    CHECK(good(whole + "max_age: x\nmode:\nversion: STSv9\n").mode == Mode::enforce);
    bad("version: STSv1\nversion: STSv1\nmode: x\nmode: none\nmax_age: 1\n");
    bad(head + "max_age: x\nmax_age: 1\n", "line 4: max_age \"x\" is not 1 to 10 digits");
    bad(whole + "mx: *\n");  // every mx counts
}

TEST_CASE("unknown fields are ignored while they are well-formed") {  // proves STS-13
    good(whole + "foo: bar\n");
    good(whole + "Mode: none\n");
    good(whole + "9-a_b.c: 1\n");
    good(whole + std::string(32, 'n') + ": 1\n");
    good(whole + "foo: a b = { } : ; \"\\\n");
    good(whole + "foo: \xc3\xbc \xe2\x82\xac \xf0\x9f\x93\xa7\n");  // UTF8-2, UTF8-3, UTF8-4
    bad(whole + "foo:\n", "line 5: foo has no value");
    bad(whole + "foo: \n");
    bad(whole + "foo\n", "line 5: \"foo\" has no colon");
    bad(whole + "# comment\n");
    bad(whole + ": bar\n");
    bad(whole + "_foo: bar\n");
    bad(whole + "f oo: bar\n");
    bad(whole + "f\xc3\xbc: bar\n");
    bad(whole + std::string(33, 'n') + ": 1\n");
    bad(whole + "foo: a\tb\n");  // CTLs
    bad(whole + "foo: a\x7f\n");
    bad(whole + "foo: a\x1b[0m\n");
    bad(whole + std::string("foo: a\0b\n", 9));
    bad(whole + "foo: \xfc\n");              // Latin-1
    bad(whole + "foo: \xc0\xaf\n");          // overlong
    bad(whole + "foo: \xe0\x80\xaf\n");      // overlong
    bad(whole + "foo: \xf0\x80\x80\xaf\n");  // overlong
    bad(whole + "foo: \xed\xa0\x80\n");      // a surrogate
    bad(whole + "foo: \xf4\x90\x80\x80\n");  // beyond U+10FFFF
    bad(whole + "foo: \xe2\x82\n");          // cut short
    bad(whole + "foo: \x80\n");              // a continuation alone
    bad("<!DOCTYPE html>\n<html>\n", "line 1: \"<!DOCTYPE html>\" has no colon");
    bad("\xef\xbb\xbf" + whole, "line 1: it begins with a byte order mark");
}

TEST_CASE("max_age is 1 to 10 digits, and a year at most") {  // proves STS-15
    CHECK(max_age_of("0") == 0s);
    CHECK(max_age_of("1") == 1s);
    CHECK(max_age_of("0000000007") == 7s);
    CHECK(max_age_of("31557599") == 31557599s);
    CHECK(max_age_of("31557600") == 31557600s);
    CHECK(max_age_of("31557601") == 31557600s);
    CHECK(max_age_of("4294967295") == 31557600s);
    CHECK(max_age_of("4294967296") == 31557600s);
    CHECK(max_age_of("9999999999") == 31557600s);  // 10 digits
    CHECK(max_age_of("1 ") == 1s);
    bad_max_age("");
    bad_max_age("10000000000");  // 11 digits
    bad_max_age("00000000001");  // 11 digits
    bad_max_age("+1");
    bad_max_age("-1");
    bad_max_age("1 2");
    bad_max_age("1d");
    bad_max_age("1.5");
    bad_max_age("1e3");
    bad_max_age("0x10");
    bad_max_age("1;");
    bad_max_age("\"1\"");
    bad_max_age("\xd9\xa1");  // ARABIC-INDIC DIGIT ONE
    bad_max_age(std::string_view("1\0", 2));
}

TEST_CASE("one bad mx makes the whole policy invalid, and the message says where") {  // proves STS-16
    bad("version: STSv1\nmode: enforce\nmx: *\nmax_age: 1\n",
        "line 3: mx \"*\": \"*\" is not a domain name: only letters, digits, '-', '_' and '.' may stand in "
        "it");
    bad("version: STSv1\r\n\r\nmode: enforce\r\nmx: mx.example.com\r\nmx: m\xc3\xbc.example\r\nmax_age: "
        "1\r\n",
        "line 5: mx \"m\\xc3\\xbc.example\": only A-labels may stand in it");
    bad_mx("");
    bad_mx("192.0.2.1");
    bad_mx("[2001:db8::1]");
    bad_mx("mx.example.com, mx2.example.com");
    bad_mx("mx.example.com mx2.example.com");
    bad_mx("mx.example.com } tafile=/etc/passwd {");
    bad_mx("mx.example.com:hostname");
    bad_mx("mx.example.com\tservername=x");
    bad_mx(std::string_view("mx.example.com\0", 15));
    bad_mx("mx.\rexample.com");
    bad_mx("hostname");
}

TEST_CASE("a large policy is read whole") {  // proves STS-17
    std::string body = whole;
    while (body.size() < 64 * 1024 - 40)
        body += "mx: mx" + std::to_string(body.size()) + ".example.com\n";
    const auto policy = good(body);
    CHECK(policy.mx.size() + 3 == policy.lines.size());
    CHECK(policy.mx.size() > 2000);
}

TEST_CASE("a policy is judged line by line, beyond its first fault") {
    using Kind = LineVerdict::Kind;
    const auto reading = read_lines(
        "version: STSv1\r\nmode: enforced\n\nmode: testing\nmode: none\nnote: x\nmx x\nmax_age: 1d");
    const auto verdict = [](std::size_t number, std::string_view text, Kind kind, std::string_view why = "") {
        return LineVerdict{number, std::string(text), kind, std::string(why)};
    };
    CHECK(reading.lines
          == std::vector<LineVerdict>{
              verdict(1, "version: STSv1", Kind::field),
              verdict(2, "mode: enforced", Kind::wrong, "mode \"enforced\" is not enforce, testing or none"),
              verdict(3, "", Kind::blank), verdict(4, "mode: testing", Kind::field),
              verdict(5, "mode: none", Kind::repeated), verdict(6, "note: x", Kind::extension),
              verdict(7, "mx x", Kind::wrong, "\"mx x\" has no colon"),
              verdict(8, "max_age: 1d", Kind::wrong, "max_age \"1d\" is not 1 to 10 digits")});
    CHECK(reading.missing == std::vector<std::string>{"max_age is missing", "mx is missing"});
}

TEST_CASE("the line by line judgement of a valid policy has no fault") {
    const auto reading = read_lines(whole);
    CHECK(reading.lines.size() == 4);
    for (const auto& line : reading.lines)
        CHECK(line.kind == LineVerdict::Kind::field);
    CHECK(reading.missing.empty());
    CHECK(read_lines("").missing.size() == 3);
    CHECK(read_lines("\xEF\xBB\xBFversion: STSv1\n").lines.front().why == "it begins with a byte order mark");
}
