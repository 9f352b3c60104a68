#include "telemetry/same_failure.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::telemetry {

TEST_CASE("one failure is told in the same words, but for times and addresses") {
    struct Case {
        const char* before;
        const char* now;
        bool same;
    };
    const Case cases[] = {
        {"HTTP status 404", "HTTP status 404", true},
        {"HTTP status 404", "HTTP status 500", false},
        {"HTTP status 404", "HTTP status 404 again", false},
        {"HTTP status 404 again", "HTTP status 404", false},
        {"", "", true},
        {"", "HTTP status 404", false},
        {"time-out after 5001 ms while connecting to 192.0.2.1",
         "time-out after 4987 ms while connecting to 192.0.2.2", true},
        {"time-out after 5001 ms while connecting to 192.0.2.1",
         "time-out after 5001 ms while connecting to 2001:db8::1", true},
        {"time-out after 5001 ms while connecting to 192.0.2.1",
         "time-out after 5001 ms during the TLS handshake with 192.0.2.1", false},
        {"time-out after 5001 ms", "time-out after 5001 s", false},
        {"response from 192.0.2.1: it ends early", "response from 2001:db8::1: it ends early", true},
        {"certificate is for a.example (at 192.0.2.1)", "certificate is for a.example (at 192.0.2.2)", true},
        {"certificate is for a.example (at 192.0.2.1)", "certificate is for b.example (at 192.0.2.1)", false},
        {"expired 3 days ago", "expired 4 days ago", false},
    };
    for (const Case& each : cases) {
        CAPTURE(each.before);
        CAPTURE(each.now);
        CHECK(is_same_failure(each.before, each.now) == each.same);
    }
}

}  // namespace tlspolicy::telemetry
