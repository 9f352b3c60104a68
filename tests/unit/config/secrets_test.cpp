#include "config/loader.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace config = tlspolicy::config;

namespace {

/// All findings as the operator sees them, one a line.
std::string findings(std::string_view yaml) {
    const auto loaded = config::parse(yaml, "f");
    std::string all;
    for (const auto& finding : loaded.findings)
        all += (all.empty() ? "" : "\n") + to_text(finding, loaded.file);
    return all;
}

}  // namespace

TEST_CASE("no finding shows a proxy's password") {
    for (const char* yaml : {
             "fetch: {proxy: \"http://jane:hunter2@\"}",
             "fetch: {proxy: \"jane:hunter2@proxy.example.com:3128\"}",
             "fetch: {proxy: \"http://jane:hunter2\"}",
             "fetch: {proxy: [\"http://jane:hunter2@proxy.example.com:1\"]}",
             "fetch: {proxy: \"http://jane:%hunter2@proxy.example.com:1\"}",
             "fetch: {proxy: \"http://jane:hunter2@proxy.example.com:99999\"}",
             "fetch: {\"proxy=http://jane:hunter2@proxy.example.com:1\": 1}",
             "fetch: {ca_file: \"http://jane:hunter2@proxy.example.com:1\"}",
             "fetch: {timeout: \"http://jane:hunter2@proxy.example.com:1\"}",
             "log: {level: \"http://jane:hunter2@proxy.example.com:1\"}",
             "fetch: {allow_addresses: [\"http://jane:hunter2@proxy.example.com:1\"]}",
         }) {
        CAPTURE(yaml);
        const auto text = findings(yaml);
        CHECK_FALSE(text.empty());
        CHECK(text.find("hunter2") == text.npos);
    }
    CHECK(findings("fetch: {proxy: \"proxy.example.com:3128\"}")
          == "f:1: error: fetch.proxy: the value does not begin with http://; allowed: \"\" or "
             "\"http://[user:password@]host:port\"");
}
