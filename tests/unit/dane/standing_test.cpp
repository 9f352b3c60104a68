#include "dane/standing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tlspolicy::dane;

namespace {

// "UXNF-": usable, unusable, no DANE, failed, no addresses.
std::vector<HostState> hosts(const std::string& letters) {
    std::vector<HostState> all;
    for (const char letter : letters)
        all.push_back(letter == 'U'   ? HostState::usable
                      : letter == 'X' ? HostState::unusable
                      : letter == 'N' ? HostState::no_dane
                      : letter == 'F' ? HostState::failed
                                      : HostState::no_addresses);
    return all;
}

}  // namespace

// proves DANE-2
TEST_CASE("hosts and the list of them make one standing") {
    struct Row {
        MxState mx;
        std::string hosts;
        Standing says;
    };
    const std::vector<Row> table = {
        {MxState::secure, "U", Standing::all_usable},
        {MxState::secure, "UU-", Standing::all_usable},
        {MxState::secure, "UN", Standing::some_usable},
        {MxState::secure, "UX", Standing::some_usable},
        {MxState::secure, "UF", Standing::some_usable},
        {MxState::secure, "UXNF-", Standing::some_usable},
        {MxState::secure, "F", Standing::undecided},
        {MxState::secure, "FN", Standing::undecided},
        {MxState::secure, "XFN", Standing::undecided},
        {MxState::secure, "X", Standing::unusable},
        {MxState::secure, "XN-", Standing::unusable},
        {MxState::secure, "N", Standing::none},
        {MxState::secure, "NN-", Standing::none},
        {MxState::secure, "-", Standing::none},
        {MxState::insecure, "U", Standing::insecure_hosts},
        {MxState::insecure, "NUF", Standing::insecure_hosts},
        {MxState::insecure, "X", Standing::insecure_hosts},
        {MxState::insecure, "F", Standing::none},
        {MxState::insecure, "NF-", Standing::none},
        {MxState::insecure, "N", Standing::none},
        {MxState::no_mail, "", Standing::none},
        {MxState::failed, "", Standing::hosts_not_known},
    };
    for (const Row& row : table) {
        CAPTURE(static_cast<int>(row.mx));
        CAPTURE(row.hosts);
        CHECK(judge(row.mx, hosts(row.hosts)) == row.says);
    }
}

TEST_CASE("less protection is weaker, a failure is not") {
    CHECK(is_weaker(Standing::none, Standing::all_usable));
    CHECK(is_weaker(Standing::some_usable, Standing::all_usable));
    CHECK(is_weaker(Standing::unusable, Standing::some_usable));
    CHECK(is_weaker(Standing::none, Standing::insecure_hosts));
    CHECK_FALSE(is_weaker(Standing::all_usable, Standing::none));
    CHECK_FALSE(is_weaker(Standing::all_usable, Standing::all_usable));
    CHECK_FALSE(is_weaker(Standing::undecided, Standing::all_usable));
    CHECK_FALSE(is_weaker(Standing::hosts_not_known, Standing::all_usable));
    CHECK_FALSE(is_weaker(Standing::none, Standing::undecided));
}
