#include "app/machine.hpp"

#include "fakes/certificates.hpp"
#include "fakes/temporary_file.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

namespace tlspolicy::app {
namespace {

std::string findings(const std::string& yaml) {
    auto loaded = config::parse(yaml, "f");
    check_roots(loaded);
    check_accounts(loaded);
    std::string all;
    for (const auto& finding : loaded.findings)
        all += (all.empty() ? "" : "\n") + to_text(finding, loaded.file);
    CHECK(loaded.usable() == all.empty());
    return all;
}

}  // namespace

TEST_CASE("roots that cannot be read, or are none, are an error at the line that names them") {
    const std::string missing = "/nonexistent/roots.pem";
    CHECK(findings("threads: 1\nfetch:\n  ca_file: " + missing)
          == "f:3: error: fetch.ca_file: CA file " + missing
                 + ": No such file or directory; allowed: a file with certificates in PEM, or \"\" for the "
                   "system's");
    const fakes::TemporaryFile empty("no certificate\n");
    CHECK(findings("fetch: {ca_file: " + empty.path() + "}")
              .starts_with("f:1: error: fetch.ca_file: CA file "));
    const fakes::TemporaryFile roots(fakes::CertificateAuthority().root_pem());
    CHECK(findings("fetch: {ca_file: " + roots.path() + "}").empty());
}

TEST_CASE("roots of the environment that cannot be read are an error of no line") {
    ::setenv("SSL_CERT_FILE", "/nonexistent/roots.pem", 1);
    const auto found = findings("threads: 1");
    ::unsetenv("SSL_CERT_FILE");
    CHECK(found.starts_with("f: error: SSL_CERT_FILE: CA file /nonexistent/roots.pem: "));
    CHECK(findings("threads: 1").empty());
}

TEST_CASE("a user or group that there is not is an error at the line that names it") {
    CHECK(findings("listen:\n"
                   "  - socketmap: unix:/run/a\n    owner: root\n    group: root\n"
                   "  - socketmap: unix:/run/b\n    owner: nobody-like-this\n    group: no-such-group\n")
          == "f:6: error: listen.owner: \"nobody-like-this\" is no user of this machine; allowed: the name of a "
             "user that there is\n"
             "f:7: error: listen.group: \"no-such-group\" is no group of this machine; allowed: the name of a "
             "group that there is");
    CHECK(findings("listen: {socketmap: unix:/run/a, owner: nobody-like-this}").starts_with("f:1: error: "));
}

TEST_CASE("what the machine lacks stands among the other findings in the order of the lines, once each") {
    const auto found = findings(
        "threads: 1\n"
        "listen: [{socketmap: unix:/run/a, group: no-such-group}]\n"
        "fetch: {ca_file: /nonexistent}\n"
        "log: {level: loud}\n");
    CHECK(found.starts_with("f:2: error: listen.group: "));
    CHECK(found.find("\nf:3: error: fetch.ca_file: ") < found.find("\nf:4: error: log.level: "));
    const auto both = findings("listen: {socketmap: unix:/run/a, owner: no-such-user, group: no-such-group}");
    CHECK(both.find("listen.owner: ") < both.find("listen.group: "));
    CHECK(both.find("listen.group: ") != both.npos);
    const auto invalid = findings("listen: [{socketmap: unix:/run/a, owner: \"-x\"}]\n");
    CHECK(invalid.starts_with("f:1: error: listen.owner: "));
    CHECK(invalid.find('\n') == invalid.npos);
}

}  // namespace tlspolicy::app
