#include "app/resolver_watch.hpp"

#include <doctest/doctest.h>

using std::chrono::seconds;
using tlspolicy::app::ResolverWatch;

TEST_CASE("a resolver that does not answer is looked at again soon, then ever less often") {
    CHECK(ResolverWatch::pause_after(0) == seconds(30));
    unsigned failures = 0;
    for (const int pause : {1, 2, 4, 8, 16, 30, 30})
        CHECK(ResolverWatch::pause_after(++failures) == seconds(pause));
    CHECK(ResolverWatch::pause_after(4'000'000'000) == seconds(30));
}
