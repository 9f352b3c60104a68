#include "dane/tlsa.hpp"

#include <doctest/doctest.h>

using tlspolicy::dane::is_usable;
using tlspolicy::dane::Tlsa;

// proves DANE-4
TEST_CASE(
    "TLSA records that SMTP can use have a usage, a selector, a matching type and a length that it knows") {
    const auto of = [](unsigned usage, unsigned selector, unsigned matching, std::size_t size) {
        return Tlsa{static_cast<std::uint8_t>(usage), static_cast<std::uint8_t>(selector),
                    static_cast<std::uint8_t>(matching), std::vector<std::uint8_t>(size, 0xab)};
    };
    for (unsigned usage = 0; usage < 256; ++usage) {
        for (unsigned selector = 0; selector < 256; ++selector) {
            CAPTURE(usage);
            CAPTURE(selector);
            const bool known = (usage == 2 || usage == 3) && (selector == 0 || selector == 1);
            REQUIRE(is_usable(of(usage, selector, 1, 32)) == known);
        }
    }
    for (unsigned matching = 0; matching < 256; ++matching) {
        for (const std::size_t size : {0U, 1U, 31U, 32U, 33U, 63U, 64U, 65U, 500U}) {
            CAPTURE(matching);
            CAPTURE(size);
            const bool right = matching == 0   ? size > 0
                               : matching == 1 ? size == 32
                                               : matching == 2 && size == 64;
            CHECK(is_usable(of(3, 1, matching, size)) == right);
        }
    }
}
