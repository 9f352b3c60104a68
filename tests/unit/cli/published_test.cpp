#include "cli/published.hpp"

#include "fakes/temporary_directory.hpp"
#include "fakes/temporary_file.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tlspolicy::cli {
namespace {

const Domain domain = Domain::parse("example.com").value();

std::string policy_text(std::string_view mode) {
    return "version: STSv1\nmode: " + std::string(mode) + "\nmx: a.example\nmx: b.example\nmax_age: 604800\n";
}

Published seen(std::string_view id, const std::string& text) {
    return published(id, sts::parse_policy(text).value(), text);
}

/// As it is read back.
Published kept(Published now) {
    now.text_digest.clear();
    return now;
}

TEST_CASE("a changed text under the same id is a problem, until the id changes") {  // RFC 8461, 8.1
    const auto first = seen("1", policy_text("testing"));
    const auto changed = seen("1", policy_text("enforce"));
    const auto renamed = seen("2", policy_text("enforce"));
    struct Example {
        std::optional<Published> before;
        Published now;
        std::string_view what;
        bool kept;
    };
    const Example examples[] = {
        {std::nullopt, first, "", true},
        {first, first, "", false},
        {first, changed, "the policy has changed, but its id is still 1", false},
        {first, renamed, "the policy has changed, and its id with it, to 2", true},
        {changed, renamed, "", true},  // a new id for the same text harms nobody
    };
    for (const auto& [before, now, what, kept] : examples) {
        CAPTURE(what);
        const auto findings = judge_change(before, now);
        CHECK((findings.empty() ? "" : findings.front().what) == what);
        CHECK(supersedes(before, now) == kept);
    }
}

TEST_CASE("a text that says the same in other words has not changed") {
    const auto first = kept(seen("1", policy_text("enforce")));
    for (const char* text : {
             "version: STSv1\r\nmode: enforce\r\nmx: a.example\r\nmx: b.example\r\nmax_age: 604800\r\n",
             "max_age:604800\nmode: enforce\nmx: B.example\nmx: a.example\nversion: STSv1\n",
             "version: STSv1\nmode: enforce\nmx: a.example\nmx: b.example\nmx: a.example\nmax_age: 604800\n"
             "note: x\n",
         }) {
        CAPTURE(text);
        CHECK(judge_change(first, seen("1", text)).empty());
    }
    for (const char* text : {
             "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 604800\n",
             "version: STSv1\nmode: enforce\nmx: a.example\nmx: b.example\nmax_age: 604801\n",
         }) {
        CAPTURE(text);
        CHECK(judge_change(first, seen("1", text)).size() == 1);
    }
}

TEST_CASE("what a former version has written down is compared as it was, and written anew") {
    const fakes::TemporaryDirectory directory;
    const PublishedFiles files(directory.path());
    const auto now = seen("1", "version: STSv1\nmode: none\nmax_age: 86400\n");
    std::ofstream(directory / "example.com") << "1 " << now.text_digest << "\n";
    const auto before = files.read(domain).value();
    REQUIRE(before.has_value());
    CHECK(judge_change(before, now).empty());
    CHECK(supersedes(before, now));
    std::ofstream(directory / "example.com") << "policy " << now.text_digest << "\n";
    CHECK(files.read(domain).value().value().id == "policy");
    const auto changed = seen("1", policy_text("enforce"));
    CHECK(judge_change(before, changed).size() == 1);
    CHECK_FALSE(supersedes(before, changed));
    REQUIRE(files.write(domain, now).has_value());
    CHECK(files.read(domain).value() == kept(now));
    CHECK_FALSE(supersedes(kept(now), now));
}

TEST_CASE("what was published is read back, and nothing was before") {
    const fakes::TemporaryDirectory directory;
    const PublishedFiles files(directory / "made/below");
    CHECK_FALSE(files.read(domain).value().has_value());
    const auto now = seen("20260301", policy_text("testing"));
    REQUIRE(files.write(domain, now).has_value());
    CHECK(files.read(domain).value() == kept(now));
    const auto other = seen("2", policy_text("none"));
    REQUIRE(files.write(domain, other).has_value());
    CHECK(files.read(domain).value() == kept(other));
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory / "made/below"))
        ++count;
    CHECK(count == 1);  // no other file is left behind
}

TEST_CASE("a file of something else is told") {
    const fakes::TemporaryDirectory directory;
    const PublishedFiles files(directory.path());
    for (const char* text : {"", "1", "1 abc\n", "a-b 0000\n", "\n", "policy 1 abc\n"}) {
        CAPTURE(text);
        std::ofstream(directory / "example.com") << text;
        const auto read = files.read(domain);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().message() == directory / "example.com" + ": it holds something else");
    }
}

TEST_CASE("a place that cannot be written to is told") {
    const fakes::TemporaryFile file("");
    const PublishedFiles files(std::string(file.path()) + "/below");
    const auto written = files.write(domain, seen("1", policy_text("none")));
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().message() == std::string(file.path()) + "/below: Not a directory");
}

}  // namespace
}  // namespace tlspolicy::cli
