#include "config/loader.hpp"
#include "fakes/temporary_directory.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using tlspolicy::WallTime;
namespace config = tlspolicy::config;

namespace {

std::string findings(const config::Loaded& loaded) {
    std::string all;
    for (const auto& finding : loaded.findings)
        all += (all.empty() ? "" : "\n") + to_text(finding, loaded.file);
    return all;
}

std::string findings(std::string_view yaml) {
    return findings(config::parse(yaml, "f"));
}

}  // namespace

TEST_CASE("overrides are read, checked and added to by overrides.d") {  // proves STS-44
    const auto loaded = config::parse(
        "overrides:\n"
        "  - {domain: Example.COM., answer: \"secure  match=.example.com\", until: 2999-12-31, reason: "
        "agreed}\n"
        "  - {domain: .example.net, answer: notfound}\n",
        "f");
    CHECK(findings(loaded).empty());
    const auto& overrides = loaded.config.server.overrides;
    const WallTime now{std::chrono::sys_days(std::chrono::year{2999} / 12 / 31).time_since_epoch()};
    REQUIRE(overrides.find("example.com", now) != nullptr);
    CHECK(*overrides.find("example.com", now)->answer == "secure match=.example.com");
    CHECK(overrides.find("example.com", now)->reason == "agreed");
    CHECK(overrides.find("example.com", now + 24h) == nullptr);
    REQUIRE(overrides.find("a.example.net", now) != nullptr);
    CHECK(overrides.find("a.example.net", now)->answer == nullptr);
    CHECK(overrides.find("example.net", now) == nullptr);

    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"overrides: [{domain: localhost, answer: may}]",
         "f:1: error: overrides.domain: \"localhost\" is not a domain"},
        {"overrides: [{domain: a.example, answer: maybe}]",
         "f:1: error: overrides.answer: \"maybe\" does not begin with a TLS level"},
        {"overrides: [{domain: a.example, answer: may, until: 2027-02-30}]",
         "f:1: error: overrides.until: \"2027-02-30\" is not a date"},
        {"overrides: [{domain: a.example, answer: may, until: 2027-1-3}]",
         "f:1: error: overrides.until: \"2027-1-3\" is not a date"},
        {"overrides: [{domain: a.example}]", "f:1: error: overrides: an item needs a domain and an answer"},
        {"overrides: [a.example]", "f:1: error: overrides: must be a list of mappings"},
        {"overrides: [{domain: a.example, answer: may, until: 2001-01-01}]",
         "f:1: warning: overrides: the one for a.example has ended"},
        {"overrides: [{domain: a.example, answer: may}, {domain: a.example, answer: none}]",
         "f:1: warning: overrides: another one for a.example stood before this, which wins"},
    };
    for (const auto& [yaml, message] : wrong) {
        CAPTURE(yaml);
        CHECK(findings(yaml).starts_with(message));
    }
}

TEST_CASE("files in overrides.d beside the configuration join in, in the order of their names") {
    const tlspolicy::fakes::TemporaryDirectory temporary;
    const auto& directory = temporary.path();
    std::filesystem::create_directory(directory / "overrides.d");
    std::ofstream(directory / "overrides.d" / "10-first.yaml") << "- {domain: a.example, answer: may}\n";
    std::ofstream(directory / "overrides.d" / "20-second.yaml")
        << "overrides:\n- {domain: a.example, answer: encrypt}\n- {domain: b.example, answer: none}\n";
    std::ofstream(directory / "overrides.d" / "ignored.txt") << "}{";
    std::ofstream(directory / "overrides.d" / ".hidden.yaml") << "}{";
    std::filesystem::create_symlink("joe@host.4711", directory / "overrides.d" / ".#10-first.yaml");  // Emacs
    const auto answer = [](const config::Loaded& loaded, std::string_view domain) {
        const auto* word = loaded.config.server.overrides.find(domain, WallTime{});
        return word == nullptr ? std::string() : *word->answer;
    };
    const auto loaded = config::load((directory / "absent.yaml").string(), false);
    CHECK(loaded.usable());
    CHECK(answer(loaded, "a.example") == "encrypt");
    CHECK(answer(loaded, "b.example") == "none");
    REQUIRE(loaded.findings.size() == 1);
    CHECK(to_text(loaded.findings.front(), loaded.file)
          == (directory / "overrides.d" / "20-second.yaml").string()
                 + ":2: warning: overrides: another one for a.example stood before this, which wins");

    std::ofstream(directory / "overrides.d" / "30-wrong.yaml") << "- {domain: c.example, answer: tls}\n";
    const auto broken = config::load((directory / "absent.yaml").string(), false);
    CHECK_FALSE(broken.usable());
    CHECK_FALSE(config::load((directory / "absent.yaml").string()).usable());
}

TEST_CASE("monitor mode is for all maps, or for one") {
    const auto all =
        config::parse("mode: monitor\nmaps: {strict: {on_dns_failure: temp}, live: {mode: enforce}}", "f");
    CHECK(findings(all).empty());
    CHECK(all.config.server.maps.at("postfix").monitor);
    CHECK(all.config.server.maps.at("QUERY").monitor);
    CHECK(all.config.server.maps.at("QUERY").dane);
    CHECK(all.config.server.maps.at("strict").monitor);
    CHECK_FALSE(all.config.server.maps.at("live").monitor);
    const auto one = config::parse("maps: {QUERY: {mode: monitor, tlsrpt: true}}", "f");
    CHECK(one.config.server.maps.at("QUERY").monitor);
    CHECK(one.config.server.maps.at("QUERY").dane);
    CHECK_FALSE(one.config.server.maps.at("postfix").monitor);
    CHECK(findings(std::string("maps: {m: {tlsrpt: true, servername: false}}"))
              .starts_with("f:1: error: maps.m.servername: false is not possible with tlsrpt"));
}
