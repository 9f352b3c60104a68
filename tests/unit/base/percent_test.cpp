#include "base/percent.hpp"

#include <doctest/doctest.h>

using tlspolicy::percent_decode;

TEST_CASE("each % with two digits is an octet, and no other form is let through") {
    struct Row {
        std::string_view coded;
        std::optional<std::string> decoded;
    };
    const Row rows[] = {
        {"", ""},
        {"plain+text", "plain+text"},
        {"%41%6a%6A", "Ajj"},
        {"%25%00%ff", std::string("%\0\xff", 3)},
        {"a%", std::nullopt},
        {"a%4", std::nullopt},
        {"%4g", std::nullopt},
        {"%+4", std::nullopt},
        {"%-1", std::nullopt},
        {"% 1", std::nullopt},
        {"%0x", std::nullopt},
        {"%%41", std::nullopt},
    };
    for (const auto& row : rows) {
        CAPTURE(row.coded);
        CHECK(percent_decode(row.coded) == row.decoded);
    }
}
