#include "config/loader.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <syslog.h>

using namespace std::chrono_literals;
using tlspolicy::IpAddress;
using tlspolicy::IpNetwork;
using tlspolicy::config::Config;
using tlspolicy::config::Log;
using tlspolicy::postfix::MapOptions;
namespace config = tlspolicy::config;
namespace server = tlspolicy::server;

namespace {

/// All findings as the operator sees them, one a line.
std::string findings(const config::Loaded& loaded) {
    std::string all;
    for (const auto& finding : loaded.findings)
        all += (all.empty() ? "" : "\n") + to_text(finding, loaded.file);
    return all;
}

std::string findings(std::string_view yaml) {
    return findings(config::parse(yaml, "f"));
}

std::string shipped() {
    std::ifstream file(SHIPPED_CONF);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Every key that is commented out becomes one that is set; explanations ("# ...") stay comments.
std::string uncommented(const std::string& text) {
    return std::regex_replace(text, std::regex("(^|\n)( *)#(?=[a-z]|  [-a-z])"), "$1$2");
}

}  // namespace

TEST_CASE("a file without keys leaves every default") {
    for (const char* text : {"", "\n\n", "# nothing\n# at all\n", "---\n", "{}", "---\n...\n",
                             "dns:\nlisten:\n", "\xEF\xBB\xBF# with a byte order mark\n"}) {
        CAPTURE(text);
        const auto loaded = config::parse(text, "f");
        CHECK(findings(loaded).empty());
        CHECK(loaded.config == Config{});
    }
}

TEST_CASE("the shipped file, with its keys commented and uncommented, is the default") {
    const auto text = shipped();
    REQUIRE_FALSE(text.empty());
    const auto commented = config::parse(text, "f");
    CHECK(findings(commented).empty());
    CHECK(commented.config == Config{});

    const auto live = uncommented(text);
    REQUIRE(live.find("\nthreads: 1\n") != live.npos);
    REQUIRE(live.find("\n  timeout: 10s\n") != live.npos);
    const auto loaded = config::parse(live, "f");
    CHECK(findings(loaded).empty());
    CHECK(loaded.config == Config{});
}

TEST_CASE("every key reaches its setting") {
    const auto loaded = config::parse(R"(
threads: 4
listen:
  - socketmap: "[::1]:8461"
  - {socketmap: "192.0.2.1:8461", allow: [192.0.2.0/24, "2001:db8::/32"]}
  - socketmap: unix:/run/tlspolicyd/socketmap
    mode: "0600"
    owner: postfix
    group: _postfix
  - 127.0.0.1:9000
  - {tcp_table: "127.0.0.1:8462", map: strict}
maps:
  strict: {tlsrpt: true, enforce_testing: true, on_dns_failure: temp, dane: true}
  plain:
dns: {servers: [192.0.2.53, "[2001:db8::53]:5353", "fe80::1%eth0"], timeout: 1500ms, attempts: 2, trust_ad: yes}
fetch:
  timeout: 7s
  max_policy_size: 16KiB
  ca_file: /etc/ssl/ca.pem
  concurrency: 9
  retry_after: 1m
  allow_addresses: 10.0.0.0/8
  proxy: http://jane:p%40ss@proxy.example.com:3128/
cache: {store: "sqlite:/srv/policies.db", shared: "redis://:secret@redis.example.com/3", max_entries: 5000, recheck: {min: 1s, max: 2m}, negative: {min: 2s, max: 3h}, dane: {min: 4s, max: 5h}, dane_grace: 6h, forget_unused: 7d}
answer_deadline: 25s
idle_timeout: 90s
max_connections: 77
control: unix:/srv/control
log: {level: debug, target: "syslog:local3", format: json}
)",
                                      "f");
    CHECK(findings(loaded).empty());
    Config want;
    want.restart.threads = 4;
    want.restart.max_connections = 77;
    want.restart.control = server::UnixEndpoint{"/srv/control"};
    want.restart.listeners = {
        {server::TcpEndpoint{*IpAddress::parse("::1"), 8461}},
        {server::TcpEndpoint{*IpAddress::parse("192.0.2.1"), 8461},
         {*IpNetwork::parse("192.0.2.0/24"), *IpNetwork::parse("2001:db8::/32")}},
        {server::UnixEndpoint{"/run/tlspolicyd/socketmap", 0600, "postfix", "_postfix"}},
        {server::TcpEndpoint{*IpAddress::parse("127.0.0.1"), 9000}},
        {server::TcpEndpoint{*IpAddress::parse("127.0.0.1"), 8462}, {}, "strict"},
    };
    want.server.maps["strict"] = {.dane = true,
                                  .tlsrpt = true,
                                  .enforce_testing = true,
                                  .on_dns_failure = MapOptions::OnDnsFailure::temp};
    want.server.maps["plain"] = {};
    want.server.idle_timeout = 90s;
    want.dns.servers = {{*IpAddress::parse("192.0.2.53"), 53},
                        {*IpAddress::parse("2001:db8::53"), 5353},
                        {*IpAddress::parse("fe80::1"), 53, "eth0"}};
    want.dns.timeout = 1500ms;
    want.dns.attempts = 2;
    want.dns.trust_ad = tlspolicy::dns::TrustAd::yes;
    want.https.timeout = 7s;
    want.https.max_policy_size = 16384;
    want.https.ca_file = "/etc/ssl/ca.pem";
    want.https.concurrency = 9;
    want.https.allow_addresses = {*IpNetwork::parse("10.0.0.0/8")};
    want.https.proxy = {"proxy.example.com", 3128, "jane:p@ss"};
    want.engine.retry_after = 1min;
    want.store.own->path = "/srv/policies.db";
    want.store.shared.emplace();
    want.store.shared->host = "redis.example.com";
    want.store.shared->password = "secret";
    want.store.shared->database = 3;
    want.engine.max_entries = 5000;
    want.engine.recheck = {1s, 2min};
    want.engine.negative = {2s, 3h};
    want.engine.dane = {4s, 5h};
    want.engine.dane_grace = 6h;
    want.engine.forget_unused = 7 * 24h;
    want.engine.answer_deadline = 25s;
    want.log = {Log::Level::debug, {config::LogTarget::Kind::syslog, LOG_LOCAL3}, Log::Format::json};
    CHECK(loaded.config.restart == want.restart);
    CHECK(loaded.config.server == want.server);
    CHECK(loaded.config.dns == want.dns);
    CHECK(loaded.config.https == want.https);
    CHECK(loaded.config.engine == want.engine);
    CHECK(loaded.config.store == want.store);
    CHECK(loaded.config == want);
}

TEST_CASE("a map named in the file replaces or joins the default ones") {
    const auto loaded = config::parse("maps: {postfix: {tlsrpt: true}}", "f");
    CHECK(loaded.config.server.maps.size() == Config{}.server.maps.size());
    CHECK(loaded.config.server.maps.at("postfix").tlsrpt);
    CHECK(config::parse("maps: {other: {}}", "f").config.server.maps.contains("postfix"));
}

TEST_CASE("a wrong value is an error with its line, and what is allowed") {
    const std::string duration = "; allowed: a number with ms, s, m, h or d, from ";
    const std::string endpoint = "; allowed: \"127.0.0.1:8461\", \"[::1]:8461\" or \"unix:/path\"";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"fetch:\n  timeout: ten",
         "f:2: error: fetch.timeout: \"ten\" is not a duration" + duration + "1s to 5m, e.g. 10s"},
        {"fetch: {timeout: 10}",
         "f:1: error: fetch.timeout: \"10\" is not a duration" + duration + "1s to 5m, e.g. 10s"},
        {"fetch: {timeout: 10m}",
         "f:1: error: fetch.timeout: \"10m\" is out of range" + duration + "1s to 5m, e.g. 10s"},
        {"fetch: {timeout: 99999999999999999999s}",
         "f:1: error: fetch.timeout: \"99999999999999999999s\" is too large" + duration
             + "1s to 5m, e.g. 10s"},
        {"fetch: {timeout: [1s]}", "f:1: error: fetch.timeout: must be a single value"},
        {"fetch:\n  timeout:\n", "f:2: error: fetch.timeout: has no value"},
        {"fetch: 5", "f:1: error: fetch: must be a mapping, \"key: value\""},
        {"answer_deadline: 100s",
         "f:1: error: answer_deadline: \"100s\" is out of range" + duration + "1s to 90s, e.g. 20s"},
        {"idle_timeout: 9s",
         "f:1: error: idle_timeout: \"9s\" is out of range" + duration + "10s to 1d, e.g. 5m"},
        {"fetch: {max_policy_size: 2MiB}",
         "f:1: error: fetch.max_policy_size: \"2MiB\" is out of range; allowed: bytes, or a number with KiB "
         "or MiB, "
         "from 1KiB to 1MiB, e.g. 64KiB"},
        {"\nthreads: 0", "f:2: error: threads: \"0\" is out of range; allowed: a whole number from 1 to 64"},
        {"threads: -1",
         "f:1: error: threads: \"-1\" is not a whole number; allowed: a whole number from 1 to 64"},
        {"threads: 4294967297",
         "f:1: error: threads: \"4294967297\" is out of range; allowed: a whole number from 1 to 64"},
        {"max_connections: 1000001",
         "f:1: error: max_connections: \"1000001\" is out of range; allowed: a whole number from 1 to "
         "1000000"},
        {"log: {target: syslog}",
         "f:1: error: log.target: \"syslog\" is no target; allowed: auto, journal, stderr, syslog:mail"},
        {"log: {target: \"syslog:post\"}",
         "f:1: error: log.target: \"syslog:post\" names no facility; allowed: syslog: and mail, daemon, "
         "user, "
         "auth, authpriv, cron, ftp, lpr, news, uucp or local0 to local7"},
        {"log: {format: xml}", "f:1: error: log.format: \"xml\" is not possible; allowed: text, json"},
        {"log: {level: loud}",
         "f:1: error: log.level: \"loud\" is not possible; allowed: debug, info, warn, error"},
        {"maps: {m: {tlsrpt: maybe}}",
         "f:1: error: maps.m.tlsrpt: \"maybe\" is not possible; allowed: true, false"},
        {"maps: {m: {on_dns_failure: defer}}",
         "f:1: error: maps.m.on_dns_failure: \"defer\" is not possible; allowed: notfound, temp"},
        {"maps: {\"a b\": {}}",
         "f:1: error: maps: \"a b\" is not a map name; allowed: 1 to 100 printable characters without "
         "blanks"},
        {"maps:\n  QUERY:\n    dane: maybe",
         "f:3: error: maps.QUERY.dane: \"maybe\" is not possible; allowed: true, false"},
        {"dns: {trust_ad: sure}",
         "f:1: error: dns.trust_ad: \"sure\" is not possible; allowed: auto, yes, no"},
        {"listen: [{tcp_table: \"unix:/run/x\", map: postfix}]",
         "f:1: error: listen.tcp_table: \"unix:/run/x\" is not an IP address and port (Postfix reaches a "
         "tcp_table by TCP only); allowed: \"127.0.0.1:8462\", \"[::1]:8462\""},
        {"listen: [{tcp_table: \"127.0.0.1:8462\"}]",
         "f:1: error: listen.tcp_table: needs a map, e.g. map: postfix"},
        {"listen:\n  - {tcp_table: \"127.0.0.1:8462\", map: absent}",
         "f:1: error: listen: there is no map \"absent\" for a tcp_table; add it under maps"},
        {"listen: [{socketmap: \"127.0.0.1:8462\", map: postfix}]",
         "f:1: error: listen.map: is for tcp_table; with socketmap Postfix names the map"},
        {"listen: [{socketmap: \"127.0.0.1:8461\", tcp_table: \"127.0.0.1:8462\", map: postfix}]",
         "f:1: error: listen.tcp_table: cannot share an item with socketmap; write two items"},
        {"listen: 127.0.0.1", "f:1: error: listen: \"127.0.0.1\" has no port" + endpoint},
        {"listen: localhost:8461",
         "f:1: error: listen: \"localhost:8461\" is not an IP address and port" + endpoint},
        {"listen: 127.0.0.1:0", "f:1: error: listen: \"127.0.0.1:0\" has no valid port; allowed: 1 to 65535"},
        {"listen: 127.0.0.1:65536",
         "f:1: error: listen: \"127.0.0.1:65536\" has no valid port; allowed: 1 to 65535"},
        {"listen: \"[::1:8461\"", "f:1: error: listen: \"[::1:8461\" is not an address" + endpoint},
        {"listen: unix:run",
         "f:1: error: listen: \"unix:run\" has no absolute path; allowed: \"unix:/path\""},
        {"control: 127.0.0.1:8461",
         "f:1: error: control: \"127.0.0.1:8461\" is not the address of a Unix socket; allowed: "
         "\"unix:/path\" or off"},
        {"control: unix:run",
         "f:1: error: control: \"unix:run\" has no absolute path; allowed: \"unix:/path\""},
        {"listen: []", "f:1: error: listen: is an empty list; leave the key out for 127.0.0.1:8461"},
        {"listen:\n  - {allow: [10.0.0.0/8]}",
         "f:2: error: listen: an item needs an address, e.g. socketmap: \"127.0.0.1:8461\""},
        {"listen:\n  - socketmap:", "f:2: error: listen.socketmap: has no value"},
        {"listen:\n  - socketmap: 127.0.0.1:1\n    mode: '0660'",
         "f:3: error: listen.mode: is for Unix sockets; use allow for TCP"},
        {"listen: {socketmap: unix:/s, allow: [10.0.0.0/8]}",
         "f:1: error: listen.allow: is for TCP; who may use a Unix socket is said by mode, owner and group"},
        {"listen: {socketmap: unix:/s, mode: 0668}",
         "f:1: error: listen.mode: \"0668\" is not file permissions; allowed: octal, from \"0000\" to "
         "\"0777\", e.g. "
         "\"0660\""},
        {"listen: {socketmap: unix:/s, owner: a b}",
         "f:1: error: listen.owner: \"a b\" is not a name; allowed: letters, digits, '_', '-', '.'"},
        {"listen: {socketmap: \"127.0.0.1:1\", allow: [10.0.0.1/8]}",
         "f:1: error: listen.allow: \"10.0.0.1/8\" is not a network; allowed: an address, or a prefix "
         "without bits "
         "beyond its length: \"10.0.0.0/8\", \"2001:db8::/32\""},
        {"listen:\n- 127.0.0.1:1\n- socketmap: 127.0.0.1:1",
         "f:3: error: listen: this address is listed twice; allowed: once"},
        {"listen: [unix:/s, {socketmap: unix:/s, mode: '0600'}]",
         "f:1: error: listen: this address is listed twice; allowed: once"},
        {"dns: {servers: [192.0.2.53, ns.example.com]}",
         "f:1: error: dns.servers: \"ns.example.com\" is not a name server; allowed: an IP address, or one "
         "with a port: "
         "\"192.0.2.53\", \"192.0.2.53:5353\", \"[2001:db8::53]:5353\""},
        {"dns:\n  servers:\n    - [a]", "f:3: error: dns.servers: must be a list of single values"},
        {"dns:\n  servers: [192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6, 192.0.2.7, "
         "192.0.2.8, 192.0.2.9]",
         "f:2: error: dns.servers: 9 servers; allowed: at most 8"},
        {"fetch: {ca_file: ca.pem}",
         "f:1: error: fetch.ca_file: \"ca.pem\" is not an absolute path; allowed: \"\" or \"/path\""},
        {"cache:\n  recheck: {min: 6m}",
         "f:2: error: cache.recheck: min 6m is more than max 5m; allowed: at most that"},
        {"cache:\n  negative: {max: 1s}",
         "f:2: error: cache.negative: min 30s is more than max 1s; allowed: at most that"},
        {"threads: 1\ndns:\n  attempts: 1\nthreads: 2",
         "f:4: error: \"threads\" is set twice, first in line 1"},
        {"threads", "f:1: error: must be a mapping, \"key: value\""},
        {"- threads: 1", "f:1: error: must be a mapping, \"key: value\""},
    };
    for (const auto& [yaml, message] : cases) {
        CAPTURE(yaml);
        CHECK(findings(yaml) == message);
        CHECK_FALSE(config::parse(yaml, "f").usable());
    }
}

TEST_CASE("what is doubtful is a warning, and the file is used") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"answer_dedline: 5s",
         "f:1: warning: unknown key \"answer_dedline\" is ignored; did you mean \"answer_deadline\"?"},
        {"fetch:\n  Timeout: 5s",
         "f:2: warning: unknown key \"fetch.Timeout\" is ignored; did you mean \"fetch.timeout\"?"},
        {"maps: {m: {tslrpt: true}}",
         "f:1: warning: unknown key \"maps.m.tslrpt\" is ignored; did you mean \"maps.m.tlsrpt\"?"},
        {"listen: {socketmap: unix:/s, gruop: a}",
         "f:1: warning: unknown key \"listen.gruop\" is ignored; did you mean \"listen.group\"?"},
        {"entirely_different: {a: [b]}", "f:1: warning: unknown key \"entirely_different\" is ignored"},
        {"listen: 0.0.0.0:8461",
         "f:1: warning: listen: 0.0.0.0 has no allow: only clients on loopback addresses will be served; "
         "list the "
         "networks of the mail servers in allow"},
        {"\nfetch:\n  timeout: 20s",
         "f:3: warning: fetch.timeout: 20s is not less than answer_deadline (20s): Postfix gets its answer "
         "before a "
         "slow domain has been given up"},
        {"answer_deadline: 5s\nfetch: {timeout: 2s}",
         "f: warning: dns.timeout: 5s is not less than answer_deadline (5s): Postfix gets its answer before "
         "a slow "
         "domain has been given up"},
    };
    for (const auto& [yaml, message] : cases) {
        CAPTURE(yaml);
        CHECK(findings(yaml) == message);
        CHECK(config::parse(yaml, "f").usable());
    }
}

TEST_CASE("all findings are told, in the order of their lines") {
    const auto loaded = config::parse("log: {level: x}\nfoo: 1\nthreads: y\nfetch:\n  proxy: ftp\n", "f");
    REQUIRE(loaded.findings.size() == 4);
    CHECK(loaded.findings[0].line == 1);
    CHECK(loaded.findings[1].line == 2);
    CHECK(loaded.findings[2].line == 3);
    CHECK(loaded.findings[3].line == 5);
    CHECK(loaded.config == Config{});
}

TEST_CASE("what is not YAML, or more of it than is used here, is an error with its line") {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"threads: 1\nlog: {level: info\n", "f:3: error: not valid YAML: end of map flow not found"},
        {"threads: 1\n  log: x", "f:2: error: not valid YAML: illegal map value"},
        {"a: &x 1", "f:1: error: anchors (&name) are not used here"},
        {"threads: 1\na: *x", "f:2: error: not valid YAML: the referenced anchor is not defined"},
        {"a: !!binary aGk=", "f:1: error: tags (!name) are not used here"},
        {"? [a]\n: 1", "f:1: error: a key must be a word"},
        {"threads: 1\n---\nthreads: 2", "f:3: error: only one YAML document may stand here"},
        {"a: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", "f:1: error: nested too deeply"},
    };
    for (const auto& [yaml, message] : cases) {
        CAPTURE(yaml);
        CHECK(findings(yaml).starts_with(message));  // yaml-cpp of Debian 13 also names the anchor
    }
}

TEST_CASE("hostile text is refused in bounded time and depth") {
    for (const char* opening : {"[", "{", "- ", "? ", "[a: ", "{a: "}) {
        CAPTURE(opening);
        std::string text;
        while (text.size() < 200'000)
            text += opening;
        const auto loaded = config::parse(text, "f");
        CHECK(loaded.findings.size() == 1);
        CHECK_FALSE(loaded.usable());
    }
    std::string indented;
    for (std::size_t depth = 0; depth < 1000; ++depth)
        indented += std::string(depth, ' ') + "a:\n";
    CHECK(findings(indented) == "f:17: error: nested too deeply");
    CHECK(findings(std::string(1024 * 1024 + 1, '#'))
          == "f: error: the file is too large; allowed: at most 1MiB");
    CHECK(findings("a: &b [x,x,x]\nc: &d [*b,*b,*b]") == "f:1: error: anchors (&name) are not used here");
}

TEST_CASE("a file that cannot be read is an error") {
    CHECK(findings(config::load("/nonexistent/tlspolicyd.yaml"))
          == "/nonexistent/tlspolicyd.yaml: error: cannot be opened: No such file or directory");
    CHECK(findings(config::load("/")) == "/: error: cannot be read: Is a directory");
    CHECK(findings(config::load("/dev/zero"))
          == "/dev/zero: error: the file is too large; allowed: at most 1MiB");
    const auto loaded = config::load(SHIPPED_CONF);
    CHECK(loaded.usable());
    CHECK(loaded.config == Config{});
}

TEST_CASE("every key is known by its path") {
    const auto keys = config::known_keys();
    for (const char* key : {"threads", "listen", "listen.socketmap", "maps.NAME.tlsrpt", "fetch.timeout",
                            "cache.recheck.min", "log.level"}) {
        CAPTURE(key);
        CHECK(std::find(keys.begin(), keys.end(), key) != keys.end());
    }
}
