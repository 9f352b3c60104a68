#include "cli/table.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tlspolicy::cli {
namespace {

constexpr auto endless = std::numeric_limits<std::size_t>::max();
const Palette no_colours(false);

const std::vector<Row> three_rows = {
    {"DOMAIN", "MODE", "UNTIL"},
    {"example.com", "enforce", "2030-01-31"},
    {"a.example", "", ""},
};

TEST_CASE("columns are as wide as their widest cell, and no line ends in blanks") {
    CHECK(to_text(three_rows, no_colours, endless)
          == "DOMAIN       MODE     UNTIL\n"
             "example.com  enforce  2030-01-31\n"
             "a.example\n");
    CHECK(to_text(std::vector<Row>{}, no_colours, endless).empty());
    CHECK(to_text({{"", "b"}, {"a"}, {}}, no_colours, endless) == "   b\na\n\n");
}

TEST_CASE("a line that is too long for the terminal is cut and says so") {
    CHECK(to_text(three_rows, no_colours, 32)
          == "DOMAIN       MODE     UNTIL\n"
             "example.com  enforce  2030-01-31\n"
             "a.example\n");
    CHECK(to_text(three_rows, no_colours, 27)
          == "DOMAIN       MODE     UNTIL\n"
             "example.com  enforce  20...\n"
             "a.example\n");
    CHECK(to_text({{"abcdef"}}, no_colours, 3) == "...\n");
    CHECK(to_text({{"abcdef"}}, no_colours, 2) == "..\n");
}

TEST_CASE("colours take no columns") {
    const std::vector<Row> rows = {{{"good", Tone::good}, "x"}, {"longer", "y"}};
    CHECK(to_text(rows, Palette(true), endless) == "\x1b[32mgood\x1b[0m    x\nlonger  y\n");
    CHECK(to_text(rows, Palette(true), 7) == "\x1b[32mgood\x1b[0m...\nlong...\n");
    CHECK(to_text(rows, no_colours, endless) == "good    x\nlonger  y\n");
}

TEST_CASE("text is broken at blanks, and a word longer than a line is left whole") {
    struct Example {
        std::string_view text;
        std::size_t width;
        std::size_t indent;
        std::string_view expected;
    };
    const Example examples[] = {
        {"", 10, 0, ""},
        {"one two", 10, 0, "one two"},
        {"one two three", 10, 0, "one two\nthree"},
        {"one two three", 10, 2, "one two\n  three"},
        {"one two three", 9, 2, "one two\n  three"},
        {"one two three", 8, 2, "one\n  two\n  three"},
        {"  one   two ", 10, 0, "one two"},
        {"incomprehensibilities it is", 10, 3, "incomprehensibilities\n   it is"},
    };
    for (const auto& example : examples) {
        CAPTURE(example.text);
        CAPTURE(example.width);
        CHECK(wrapped(example.text, example.width, example.indent) == example.expected);
    }
}

}  // namespace
}  // namespace tlspolicy::cli
