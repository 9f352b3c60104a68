#include "config/loader.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tlspolicy;
using server::Listener;
using server::TcpEndpoint;

namespace {

const TcpEndpoint usual{IpAddress::v4({127, 0, 0, 1}), 8463};

std::string findings(std::string_view yaml) {
    const auto loaded = config::parse(yaml, "f");
    std::string all;
    for (const auto& finding : loaded.findings)
        all += to_text(finding, loaded.file) + "\n";
    return all;
}

}  // namespace

TEST_CASE("http is an address, a mapping with one, or off") {
    const IpNetwork network = IpNetwork::parse("192.0.2.0/24").value();
    struct Row {
        const char* yaml;
        std::optional<Listener> expected;
    };
    const Row rows[] = {
        {"{}", Listener{usual}},
        {"http: off", std::nullopt},
        {"http: \"off\"", std::nullopt},
        {"http: \"127.0.0.1:8463\"", Listener{usual}},
        {"http: unix:/run/http", Listener{server::UnixEndpoint{"/run/http"}}},
        {"http: {address: \"127.0.0.1:8463\", allow: [192.0.2.0/24]}", Listener{usual, {network}}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.yaml);
        const auto loaded = config::parse(row.yaml, "f");
        CHECK(loaded.findings.empty());
        CHECK(loaded.config.restart.http == row.expected);
    }
}

TEST_CASE("a wrong http is an error, one that serves loopback alone at a public address a warning") {
    struct Row {
        const char* yaml;
        const char* expected;
    };
    const Row rows[] = {
        {"http: nonsense",
         "f:1: error: http: \"nonsense\" is not an IP address and port; allowed: \"127.0.0.1:8461\", "
         "\"[::1]:8461\" or \"unix:/path\", or \"off\"\n"},
        {"http: [\"127.0.0.1:1\", \"127.0.0.1:2\"]",
         "f:1: error: http: is one address, not a list of them\n"},
        {"http: {allow: []}", "f:1: error: http: needs an address, e.g. address: 127.0.0.1:8463\n"},
        {"http: \"192.0.2.1:80\"",
         "f:1: warning: http: 192.0.2.1 has no allow: only clients on loopback addresses will be served; "
         "list "
         "the networks of the Prometheus servers in allow\n"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.yaml);
        CHECK(findings(row.yaml) == row.expected);
    }
}
