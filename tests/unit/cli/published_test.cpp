#include "cli/published.hpp"

#include "fakes/temporary_file.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace tlspolicy::cli {
namespace {

const Domain domain = Domain::parse("example.com").value();

/// A directory that goes with the test.
struct Directory {
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "tlspolicy-state-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Directory() { std::filesystem::remove_all(path); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    std::string path;
};

TEST_CASE("a changed text under the same id is a problem, until the id changes") {  // RFC 8461, 8.1
    const auto first = published("1", "mode: testing");
    const auto changed = published("1", "mode: enforce");
    const auto renamed = published("2", "mode: enforce");
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

TEST_CASE("what was published is read back, and nothing was before") {
    const Directory directory;
    const PublishedFiles files(directory.path + "/made/below");
    CHECK_FALSE(files.read(domain).value().has_value());
    const auto now = published("20260301", "version: STSv1");
    REQUIRE(files.write(domain, now).has_value());
    CHECK(files.read(domain).value() == now);
    REQUIRE(files.write(domain, published("2", "other")).has_value());
    CHECK(files.read(domain).value() == published("2", "other"));
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(directory.path + "/made/below"))
        ++count;
    CHECK(count == 1);  // no other file is left behind
}

TEST_CASE("a file of something else is told") {
    const Directory directory;
    const PublishedFiles files(directory.path);
    for (const char* text : {"", "1", "1 abc\n", "a-b 0000\n", "\n"}) {
        CAPTURE(text);
        std::ofstream(directory.path + "/example.com") << text;
        const auto read = files.read(domain);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().message() == directory.path + "/example.com: it holds something else");
    }
}

TEST_CASE("a place that cannot be written to is told") {
    const fakes::TemporaryFile file("");
    const PublishedFiles files(std::string(file.path()) + "/below");
    const auto written = files.write(domain, published("1", ""));
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().message() == std::string(file.path()) + "/below: Not a directory");
}

}  // namespace
}  // namespace tlspolicy::cli
