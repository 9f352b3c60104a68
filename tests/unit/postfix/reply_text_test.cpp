#include "postfix/reply_text.hpp"

#include <doctest/doctest.h>

#include <memory>

namespace tlspolicy::postfix {

TEST_CASE("an answer is shown as socketmap says it") {
    CHECK(reply_text(NotFound{}, "example.com") == "NOTFOUND ");
    CHECK(reply_text(Temp{"DANE: why"}, "example.com") == "TEMP DANE: why");
    CHECK(reply_text(Dane{true}, "example.com") == "OK dane-only");
    CHECK(reply_text(Overridden{std::make_shared<const std::string>("may, 100% of it")}, "example.com")
          == "OK may, 100% of it");
}

}  // namespace tlspolicy::postfix
