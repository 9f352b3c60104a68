#include "dane/host.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace tlspolicy::dane;

// proves DANE-3, DANE-4
TEST_CASE("one answered family of addresses is enough") {
    using enum Lookup;
    struct Row {
        Lookup one;
        Lookup other;
        Addresses says;
    };
    const std::vector<Row> table = {
        {secure, secure, Addresses::secure},
        {secure, insecure, Addresses::secure},
        {secure, nothing, Addresses::secure},
        {secure, nothing_insecure, Addresses::secure},
        {secure, no_such_name, Addresses::secure},
        {secure, failed, Addresses::secure},
        {insecure, insecure, Addresses::insecure},
        {insecure, nothing, Addresses::insecure},
        {insecure, nothing_insecure, Addresses::insecure},
        {insecure, no_such_name, Addresses::insecure},
        {insecure, failed, Addresses::insecure},
        {nothing, nothing, Addresses::none},
        {nothing, nothing_insecure, Addresses::none},
        {nothing, no_such_name, Addresses::none},
        {nothing, failed, Addresses::failed},
        {nothing_insecure, nothing_insecure, Addresses::none},
        {nothing_insecure, no_such_name, Addresses::none},
        {nothing_insecure, failed, Addresses::insecure},  // a zone that is not signed cannot be bogus
        {no_such_name, no_such_name, Addresses::none},
        {no_such_name, failed, Addresses::none},
        {failed, failed, Addresses::failed},
    };
    CHECK(table.size() == 21);  // every pair
    for (const Row& row : table) {
        CAPTURE(static_cast<int>(row.one));
        CAPTURE(static_cast<int>(row.other));
        CHECK(judge_addresses(row.one, row.other) == row.says);
        CHECK(judge_addresses(row.other, row.one) == row.says);
    }
}

TEST_CASE("only a definite answer says that there are no TLSA records") {
    const std::vector<Tlsa> good = {{3, 1, 1, std::vector<std::uint8_t>(32)}};
    const std::vector<Tlsa> bad = {{0, 1, 1, std::vector<std::uint8_t>(32)}};
    std::vector<Tlsa> mixed = bad;
    mixed.push_back(good.front());
    CHECK(judge_tlsa(Lookup::secure, good) == HostState::usable);
    CHECK(judge_tlsa(Lookup::secure, mixed) == HostState::usable);
    CHECK(judge_tlsa(Lookup::secure, bad) == HostState::unusable);
    CHECK(judge_tlsa(Lookup::insecure, good) == HostState::no_dane);
    CHECK(judge_tlsa(Lookup::nothing, {}) == HostState::no_dane);
    CHECK(judge_tlsa(Lookup::nothing_insecure, {}) == HostState::no_dane);
    CHECK(judge_tlsa(Lookup::no_such_name, {}) == HostState::no_dane);
    CHECK(judge_tlsa(Lookup::failed, {}) == HostState::failed);
}
