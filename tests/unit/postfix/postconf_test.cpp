#include "postfix/postconf.hpp"

#include <doctest/doctest.h>

namespace tlspolicy::postfix {
namespace {

TEST_CASE("versions of Postfix are read, snapshots too, and ordered") {
    struct Example {
        std::string_view text;
        std::optional<Version> expected;
    };
    const Example examples[] = {
        {"3.7.11", Version{3, 7, 11}},
        {"3.10.5", Version{3, 10, 5}},
        {"3.12-20260821", Version{3, 12, 0}},
        {"3.11-RC1", Version{3, 11, 0}},
        {"2.11.", Version{2, 11, 0}},
        {"3", std::nullopt},
        {"", std::nullopt},
        {".7", std::nullopt},
        {"Postfix 3.7", std::nullopt},
        {"99999999999.1", std::nullopt},
    };
    for (const auto& example : examples) {
        CAPTURE(example.text);
        CHECK(parse_version(example.text) == example.expected);
    }
    CHECK(Version{3, 9, 9} < Version{3, 10, 0});
    CHECK(Version{3, 10, 4} < Version{3, 10, 5});
    CHECK(Version{3, 7, 11}.text() == "3.7.11");
}

TEST_CASE("parameters keep their value, equal signs and braces included, without the blanks around it") {
    const auto parameters = parse_parameters(
        "smtp_tls_CAfile = /etc/ca.pem\n"
        "smtp_tls_policy_maps = inline:{ { a.example = may } }, static:x=y \n"
        "smtp_tls_CApath =\n"
        "no such line\n"
        "two words = ignored\n"
        " = nameless\n"
        "last = one");
    CHECK(parameters
          == Parameters{{"smtp_tls_CAfile", "/etc/ca.pem"},
                        {"smtp_tls_policy_maps", "inline:{ { a.example = may } }, static:x=y"},
                        {"smtp_tls_CApath", ""},
                        {"last", "one"}});
}

TEST_CASE("services of master.cf are read, whatever their arguments") {
    const auto services = parse_services(
        "smtp       inet  n       -       y       -       -       smtpd\n"
        "smtp       unix  -       -       -       -       -       smtp\n"
        "relay      unix  -       -       n       -       -       smtp -o syslog_name=postfix/$service_name\n"
        "broken unix - -\n"
        "#off      unix  -       -       n       -       -       smtp\n");
    CHECK(services
          == std::vector<Service>{
              {"smtp", "inet", "y", "smtpd"}, {"smtp", "unix", "-", "smtp"}, {"relay", "unix", "n", "smtp"}});
}

TEST_CASE("settings of one service are read with the service's name") {
    const auto settings = parse_service_settings(
        "relay/unix/syslog_name = postfix/$service_name\n"
        "127.0.0.1:10025/inet/smtp_tls_policy_maps = texthash:/etc/p\n"
        "main = no service\n"
        "/name = no service\n");
    CHECK(
        settings
        == std::vector<ServiceSetting>{{"relay/unix", "syslog_name", "postfix/$service_name"},
                                       {"127.0.0.1:10025/inet", "smtp_tls_policy_maps", "texthash:/etc/p"}});
}

}  // namespace
}  // namespace tlspolicy::postfix
