#include "engine/overrides.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace tlspolicy::engine {
namespace {

const WallTime now{std::chrono::sys_days(std::chrono::year{2027} / 1 / 1).time_since_epoch()};

Override says(std::string text, std::optional<WallTime> until = std::nullopt) {
    return {std::make_shared<const std::string>(std::move(text)), until};
}

std::string found(const Overrides& overrides, std::string_view domain, WallTime at = now) {
    const auto* word = overrides.find(domain, at);
    return word == nullptr ? "" : *word->answer;
}

}  // namespace

// proves STS-44
TEST_CASE("the exact override goes first, then that of the longest parent") {
    Overrides overrides;
    CHECK(overrides.set("example.com", says("exact")));
    CHECK(overrides.set(".example.com", says("below")));
    CHECK(overrides.set(".deep.example.com", says("deep")));
    CHECK(overrides.set(".org", says("all of org")));
    CHECK(found(overrides, "example.com") == "exact");
    CHECK(found(overrides, "a.example.com") == "below");
    CHECK(found(overrides, "a.b.example.com") == "below");
    CHECK(found(overrides, "deep.example.com") == "below");
    CHECK(found(overrides, "a.deep.example.com") == "deep");
    CHECK(found(overrides, "notexample.com").empty());
    CHECK(found(overrides, "com").empty());
    CHECK(found(overrides, "example.org") == "all of org");
    CHECK_FALSE(overrides.set("example.com", says("later")));
    CHECK(found(overrides, "example.com") == "later");
}

TEST_CASE("an override tells the key that it stands under") {
    Overrides overrides;
    overrides.set("example.com", says("exact"));
    overrides.set(".example.com", says("below"));
    CHECK(overrides.match("example.com", now).key == "example.com");
    CHECK(overrides.match("a.b.example.com", now).key == ".example.com");
    CHECK(overrides.match("example.org", now).word == nullptr);
}

TEST_CASE("an override that has ended lets the next one speak") {
    Overrides overrides;
    overrides.set("a.example.com", says("until tomorrow", now + std::chrono::hours(24)));
    overrides.set(".example.com", says("below"));
    CHECK(found(overrides, "a.example.com") == "until tomorrow");
    CHECK(found(overrides, "a.example.com", now + std::chrono::hours(24) - Duration(1)) == "until tomorrow");
    CHECK(found(overrides, "a.example.com", now + std::chrono::hours(24)) == "below");
}

}  // namespace tlspolicy::engine
