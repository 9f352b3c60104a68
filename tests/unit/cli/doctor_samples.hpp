#pragma once

#include "cli/doctor_judges.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A machine on which all is well, of which tests break one thing.
namespace tlspolicy::cli::doctor {

inline postfix::Service smtp_service(const char* chroot) {
    postfix::Service service;
    service.name = "smtp";
    service.type = "unix";
    service.chroot = chroot;
    service.command = "smtp";
    return service;
}

inline PathStep directory(const char* path, unsigned mode = 0755) {
    PathStep step;
    step.path = path;
    step.kind = PathStep::Kind::directory;
    step.mode = mode;
    return step;
}

inline PathStep socket_at(const char* path, unsigned mode, unsigned group) {
    PathStep step;
    step.path = path;
    step.kind = PathStep::Kind::socket;
    step.mode = mode;
    step.owner = 200;
    step.group = group;
    return step;
}

inline PathStep missing(const char* path) {
    PathStep step;
    step.path = path;
    return step;
}

inline TriedTable table(const char* text) {
    TriedTable tried;
    tried.table = postfix::parse_table(text);
    return tried;
}

/// A table whose server answers as tlspolicyd does.
inline TriedTable server_table(const char* text, const char* address = "127.0.0.1:8461") {
    TriedTable tried = table(text);
    Asked asked;
    asked.address = address;
    asked.map = std::get<postfix::TableServer>(tried.table.server).map;
    asked.reply = asked.map.empty() ? "500 no policy" : "NOTFOUND ";
    tried.asked = asked;
    return tried;
}

inline PostfixFacts sound_postfix() {
    PostfixFacts postfix;
    postfix.version = postfix::Version{3, 7, 11};
    postfix.config_directory = "/etc/postfix";
    postfix.parameters = {
        {"queue_directory", "/var/spool/postfix"}, {"compatibility_level", "3.6"},
        {"smtp_tls_security_level", "may"},        {"smtp_tls_loglevel", "1"},
        {"smtp_tls_CAfile", "/etc/ca.pem"},        {"smtp_tls_CApath", ""},
        {"smtp_dns_support_level", "dnssec"},      {"smtp_host_lookup", "dns"},
        {"smtp_tls_connection_reuse", "no"},       {"default_transport", "smtp"},
    };
    postfix.services = {smtp_service("y")};
    postfix.table_types = {"inline", "proxy", "socketmap", "static", "tcp", "texthash"};
    postfix.tables = {server_table("socketmap:inet:127.0.0.1:8461:QUERY")};
    postfix.mail_user = MailUser{"postfix", 100, {100, 101}};
    postfix.ca_file = Roots{"", 140};
    postfix.system_roots = "/etc/ssl/certs/ca-certificates.crt";
    postfix.resolv_conf = "/var/spool/postfix/etc/resolv.conf";
    postfix.name_servers = std::vector<dns::NameServer>{{IpAddress::v4({127, 0, 0, 1})}};
    return postfix;
}

inline Facts sound() {
    Facts facts;
    facts.own_version = "0.1.0";
    facts.postfix = sound_postfix();
    facts.daemon.file = "/etc/tlspolicyd/tlspolicyd.yaml";
    facts.daemon.listeners = {*sound_postfix().tables.front().asked};
    Status status;
    status.version = "0.1.0";
    status.ahead = std::chrono::seconds(0);
    facts.daemon.status = status;
    facts.daemon_name_servers = std::vector<dns::NameServer>{{IpAddress::v4({127, 0, 0, 1})}};
    facts.validates = true;
    facts.egress.emplace();
    facts.egress->domain = "gmail.com";
    facts.egress->has_record = true;
    facts.clock_synchronised = true;
    facts.datagram_queue = 512;
    return facts;
}

/// One thing broken, and the finding that tells it.
struct Example {
    const char* name;
    void (*breaks)(Facts& facts);
    Severity severity;
    std::string_view what;
    std::string_view fix;
};

inline PostfixFacts& postfix_of(Facts& facts) {
    return **facts.postfix;
}

inline void set(Facts& facts, const char* name, const char* value) {
    postfix_of(facts).parameters.insert_or_assign(name, value);
}

inline void set_tables(Facts& facts, std::vector<TriedTable> tables) {
    postfix_of(facts).tables = std::move(tables);
}

inline void make_version(Facts& facts, unsigned major, unsigned minor) {
    postfix_of(facts).version = postfix::Version{major, minor, 0};
}

inline bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

inline void check(const Example& example) {
    CAPTURE(example.name);
    Facts facts = sound();
    example.breaks(facts);
    const auto findings = judge(facts);
    const auto told = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.severity == example.severity && holds(finding.what, example.what);
    });
    CAPTURE(to_text(findings, Palette(false), 200));
    REQUIRE(told != findings.end());
    CHECK(holds(told->fix, example.fix));
    // Nothing that is well is called broken because of it.
    const auto others = std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) {
        return &finding != &*told
               && (finding.severity == Severity::problem || finding.severity == Severity::warning);
    });
    CHECK(others == 0);
}

}  // namespace tlspolicy::cli::doctor
