#include "unit/cli/doctor_samples.hpp"

namespace tlspolicy::cli::doctor {
namespace {

constexpr const char* ours = "socketmap:inet:127.0.0.1:8461:QUERY";

/// A daemon that listens on a Unix socket alone.
void listen_at(Facts& facts, const char* path) {
    server::UnixEndpoint endpoint;
    endpoint.path = path;
    facts.daemon.config.restart.listeners = {{endpoint}};
    facts.daemon.listeners.clear();
}

TriedTable unanswered(const char* text) {
    TriedTable tried = server_table(text);
    tried.asked->reply.clear();
    tried.asked->failure = "Connection refused";
    return tried;
}

TriedTable refused(const char* text) {
    TriedTable tried = server_table(text);
    tried.asked->reply = "PERM unknown map";
    return tried;
}

TriedTable proxied() {
    return server_table("proxy:socketmap:inet:127.0.0.1:8461:QUERY");
}

TriedTable answers_all(const char* text) {
    TriedTable tried = table(text);
    tried.answers_all = "may";
    return tried;
}

TriedTable broken_table(const char* text) {
    TriedTable tried = table(text);
    tried.failure = "open /etc/p: No such file or directory";
    return tried;
}

TEST_CASE("what stands around our table is judged") {
    const Example examples[] = {
        {"no table", [](Facts& facts) { set_tables(facts, {}); }, Severity::problem,
         "smtp_tls_policy_maps is empty",
         "postconf smtp_tls_policy_maps=socketmap:inet:127.0.0.1:8461:QUERY"},
        {"others only", [](Facts& facts) { set_tables(facts, {table("texthash:/etc/p")}); },
         Severity::problem, "smtp_tls_policy_maps does not ask tlspolicyd",
         "postconf 'smtp_tls_policy_maps=texthash:/etc/p, socketmap:inet:127.0.0.1:8461:QUERY'"},
        {"others only, without a resolver that validates",
         [](Facts& facts) {
             facts.validates.reset();
             set_tables(facts, {table("inline:{ {a.example = may} }")});
         },
         Severity::problem, "does not ask tlspolicyd",
         "'smtp_tls_policy_maps=inline:{ {a.example = may} }, socketmap:inet:127.0.0.1:8461:postfix'"},
        {"another daemon on this machine",
         [](Facts& facts) {
             set_tables(facts, {table("texthash:/etc/p"),
                                server_table("socketmap:inet:127.0.0.1:8642:QUERY", "127.0.0.1:8642")});
         },
         Severity::problem, "smtp_tls_policy_maps does not ask tlspolicyd",
         "postconf 'smtp_tls_policy_maps=texthash:/etc/p, socketmap:inet:127.0.0.1:8461:QUERY'"},
        {"another daemon on this machine, by name",
         [](Facts& facts) {
             set_tables(facts,
                        {server_table("socketmap:inet:localhost:8642:QUERYwithTLSRPT", "localhost:8642")});
         },
         Severity::problem, "does not ask tlspolicyd",
         "postconf smtp_tls_policy_maps=socketmap:inet:127.0.0.1:8461:QUERY"},
        {"another daemon on a Unix socket",
         [](Facts& facts) {
             TriedTable tried = refused("socketmap:unix:mta-sts/sock:postfix");
             tried.asked->address = "unix:/var/spool/postfix/mta-sts/sock";
             set_tables(facts, {tried});
         },
         Severity::problem, "does not ask tlspolicyd", "=socketmap:inet:127.0.0.1:8461:QUERY"},
        {"none, with Postfix 3.10",
         [](Facts& facts) {
             make_version(facts, 3, 10);
             set_tables(facts, {});
         },
         Severity::problem, "smtp_tls_policy_maps is empty", ":QUERYwithTLSRPT"},
        {"none, and the daemon listens in the queue directory",
         [](Facts& facts) {
             listen_at(facts, "/var/spool/postfix/tlspolicyd/socketmap");
             set_tables(facts, {});
         },
         Severity::problem, "smtp_tls_policy_maps is empty", "=socketmap:unix:tlspolicyd/socketmap:QUERY"},
        {"all answered in front",
         [](Facts& facts) {
             set_tables(facts, {answers_all("static:may"), server_table(ours)});
         },
         Severity::problem, "static:may answers for every domain (may)",
         "postconf 'smtp_tls_policy_maps=socketmap:inet:127.0.0.1:8461:QUERY, static:may'"},
        {"a table that cannot be opened",
         [](Facts& facts) {
             set_tables(facts, {broken_table("texthash:/etc/p"), server_table(ours)});
         },
         Severity::problem, "cannot look into texthash:/etc/p: open /etc/p: No such file", "Repair it"},
        {"a table behind",
         [](Facts& facts) {
             set_tables(facts, {server_table(ours), answers_all("static:encrypt")});
         },
         Severity::note, "static:encrypt is asked only where tlspolicyd has no answer", ""},
        {"no such type",
         [](Facts& facts) {
             postfix_of(facts).table_types = {"hash", "tcp"};
         },
         Severity::problem, "no tables of the type \"socketmap\"", "tcp_table"},
        {"no type at all",
         [](Facts& facts) {
             set_tables(facts, {table("/etc/p"), server_table(ours)});
         },
         Severity::problem, "no tables of the type \"\": /etc/p", "postconf -m"},
        {"a map forgotten", [](Facts& facts) { set_tables(facts, {table("socketmap:inet:127.0.0.1:8461")}); },
         Severity::problem, "names no server and map", "socketmap:inet:HOST:PORT:MAP"},
    };
    for (const auto& example : examples)
        check(example);

    Facts facts = sound();  // a table of exceptions in front is as it should be
    set_tables(facts, {table("texthash:/etc/p"), server_table(ours)});
    CHECK(exit_of(judge(facts)) == Exit::fine);
}

TEST_CASE("whether our table has answers, and from whom, is judged") {
    const Example examples[] = {
        {"nobody listens", [](Facts& facts) { set_tables(facts, {unanswered(ours)}); }, Severity::problem,
         "Postfix cannot ask socketmap:inet:127.0.0.1:8461:QUERY: Connection refused", "systemctl start"},
        {"the wrong port",
         [](Facts& facts) { set_tables(facts, {unanswered("socketmap:inet:127.0.0.1:8460:QUERY")}); },
         Severity::problem, "Postfix cannot ask socketmap:inet:127.0.0.1:8460:QUERY",
         "postconf smtp_tls_policy_maps=socketmap:inet:127.0.0.1:8461:QUERY"},
        {"no such map",
         [](Facts& facts) { set_tables(facts, {refused("socketmap:inet:127.0.0.1:8461:sts")}); },
         Severity::problem, "127.0.0.1:8461 has no map sts", "=socketmap:inet:127.0.0.1:8461:postfix"},
        {"no such map yet", [](Facts& facts) { set_tables(facts, {refused(ours)}); }, Severity::problem,
         "has no map QUERY", "systemctl reload"},
        {"something else listens",
         [](Facts& facts) { postfix_of(facts).tables.front().asked->reply = "OK secure match=x"; },
         Severity::warning, "says \"OK secure match=x\" of localhost", ""},
        {"another machine's",
         [](Facts& facts) {
             set_tables(facts, {server_table("socketmap:inet:192.0.2.1:8461:QUERY", "192.0.2.1:8461")});
         },
         Severity::note, "192.0.2.1:8461 is no listener of /etc/tlspolicyd/tlspolicyd.yaml", ""},
        {"a socket that systemd passes, which is not that of the configuration",
         [](Facts& facts) {
             (*facts.daemon.status)->listeners = {"unix:/run/tlspolicyd/socketmap"};
             set_tables(facts, {server_table("socketmap:unix:/run/tlspolicyd/socketmap:QUERY",
                                             "unix:/run/tlspolicyd/socketmap")});
         },
         Severity::note, "is no listener of /etc/tlspolicyd/tlspolicyd.yaml", ""},
        {"through proxymap",
         [](Facts& facts) {
             set(facts, "proxy_read_maps", "hash:/etc/aliases proxy:socketmap:inet:127.0.0.1:8461:QUERY");
             set_tables(facts, {proxied()});
         },
         Severity::warning, "through proxymap(8)", "=socketmap:inet:127.0.0.1:8461:QUERY"},
        {"through proxymap, which may not", [](Facts& facts) { set_tables(facts, {proxied()}); },
         Severity::problem, "which proxy_read_maps does not allow", "=socketmap:inet:127.0.0.1:8461:QUERY"},
    };
    for (const auto& example : examples)
        check(example);
}

TEST_CASE("a table is ours by address, port and kind") {
    struct Case {
        const char* table;
        const char* listener;
        bool is_ours;
    };
    const Case cases[] = {
        {"socketmap:inet:127.0.0.1:8461:QUERY", "127.0.0.1", true},
        {"socketmap:inet:localhost:8461:QUERY", "127.0.0.1", true},
        {"socketmap:inet:[::1]:8461:QUERY", "::1", true},
        {"socketmap:inet:192.0.2.1:8461:QUERY", "0.0.0.0", true},
        {"socketmap:inet:policy.example:8461:QUERY", "::", true},
        {"socketmap:inet:192.0.2.1:8461:QUERY", "127.0.0.1", false},
        {"socketmap:inet:127.0.0.1:8462:QUERY", "127.0.0.1", false},
        {"socketmap:inet:127.0.0.1:sts:QUERY", "127.0.0.1", false},
        {"socketmap:unix:/run/x:QUERY", "127.0.0.1", false},
        {"tcp:127.0.0.1:8461", "127.0.0.1", false},
        {"texthash:/etc/p", "127.0.0.1", false},
    };
    for (const auto& each : cases) {
        CAPTURE(each.table);
        Facts facts = sound();
        facts.daemon.config.restart.listeners = {
            {server::TcpEndpoint{IpAddress::parse(each.listener).value(), 8461}}};
        CHECK((listener_of(table(each.table), postfix_of(facts), facts.daemon) != nullptr) == each.is_ours);
    }
}

TEST_CASE("the map has to fit Postfix's version and level") {
    const Example examples[] = {
        {"TLS-RPT for an old Postfix",
         [](Facts& facts) {
             set_tables(facts, {server_table("socketmap:inet:127.0.0.1:8461:QUERYwithTLSRPT")});
         },
         Severity::problem, "QUERYwithTLSRPT answers with policy_type= for TLS-RPT, which Postfix 3.7.11",
         "=socketmap:inet:127.0.0.1:8461:QUERY"},
        {"no TLS-RPT for a new one", [](Facts& facts) { make_version(facts, 3, 10); }, Severity::note,
         "The map QUERY leaves out what Postfix 3.10 can use", ":QUERYwithTLSRPT"},
        {"no such map for a new one without DANE",
         [](Facts& facts) {
             make_version(facts, 3, 10);
             set_tables(facts, {server_table("socketmap:inet:127.0.0.1:8461:postfix")});
         },
         Severity::note, "The map postfix leaves out", "Add \"tlsrpt: {tlsrpt: true}\""},
        {"servername for an old Postfix", [](Facts& facts) { make_version(facts, 3, 3); }, Severity::problem,
         "servername=, which Postfix 3.3.0 does not know", "{servername: false}"},
        {"dane overridden",
         [](Facts& facts) {
             set(facts, "smtp_tls_security_level", "dane");
             set_tables(facts, {server_table("socketmap:inet:127.0.0.1:8461:postfix")});
         },
         Severity::problem, "smtp_tls_security_level is dane, and the map postfix knows nothing of DANE",
         "=socketmap:inet:127.0.0.1:8461:QUERY"},
        {"dane overridden through a tcp_table",
         [](Facts& facts) {
             set(facts, "smtp_tls_security_level", "dane");
             facts.daemon.config.restart.listeners = {
                 {server::TcpEndpoint{IpAddress::v4({127, 0, 0, 1}), 8462}, {}, "postfix"}};
             set_tables(facts, {server_table("tcp:127.0.0.1:8462")});
         },
         Severity::problem, "the map postfix knows nothing of DANE", "Let it ask a map"},
        {"monitor mode",
         [](Facts& facts) { facts.daemon.config.server.maps.find("QUERY")->second.monitor = true; },
         Severity::note, "The map QUERY is in monitor mode", "mode: monitor"},
    };
    for (const auto& example : examples)
        check(example);

    Facts facts = sound();  // dane with a map that knows DANE
    set(facts, "smtp_tls_security_level", "dane");
    CHECK(exit_of(judge(facts)) == Exit::fine);
}

TEST_CASE("Unix sockets have to be where the smtp client looks, and let it in") {
    const Example examples[] = {
        {"an absolute path in a chroot, into the queue directory",
         [](Facts& facts) {
             listen_at(facts, "/var/spool/postfix/tlspolicyd/socketmap");
             TriedTable tried = server_table("socketmap:unix:/var/spool/postfix/tlspolicyd/socketmap:QUERY");
             tried.socket = {directory("/var/spool/postfix"), missing("/var/spool/postfix/var")};
             set_tables(facts, {tried});
         },
         Severity::problem, "/var/spool/postfix/var does not exist",
         "postconf smtp_tls_policy_maps=socketmap:unix:tlspolicyd/socketmap:QUERY"},
        {"an absolute path in a chroot, to elsewhere",
         [](Facts& facts) {
             listen_at(facts, "/run/tlspolicyd/socketmap");
             TriedTable tried = server_table("socketmap:unix:/run/tlspolicyd/socketmap:QUERY");
             tried.socket = {directory("/var/spool/postfix"), missing("/var/spool/postfix/run")};
             set_tables(facts, {tried});
         },
         Severity::problem, "/var/spool/postfix/run does not exist",
         "install -d -m 2750 -o tlspolicyd -g postfix /var/spool/postfix/tlspolicyd; in tlspolicyd.yaml "
         "listen: "
         "[{socketmap: \"unix:/var/spool/postfix/tlspolicyd/socketmap\", mode: \"0660\", group: postfix}]; "
         "postconf smtp_tls_policy_maps=socketmap:unix:tlspolicyd/socketmap:QUERY; "
         "systemctl restart tlspolicyd"},
        {"an absolute path in a chroot that the unit of the daemon does not know",
         [](Facts& facts) {
             set(facts, "queue_directory", "/srv/queue");
             listen_at(facts, "/run/tlspolicyd/socketmap");
             TriedTable tried = server_table("socketmap:unix:/run/tlspolicyd/socketmap:QUERY");
             tried.socket = {directory("/srv/queue"), missing("/srv/queue/run")};
             set_tables(facts, {tried});
         },
         Severity::problem, "/srv/queue/run does not exist",
         "; in systemctl edit tlspolicyd: [Service] ReadWritePaths=/srv/queue/tlspolicyd; "
         "postconf smtp_tls_policy_maps=socketmap:unix:tlspolicyd/socketmap:QUERY; "
         "systemctl restart tlspolicyd"},
        {"a socket that is closed to others",
         [](Facts& facts) {
             listen_at(facts, "/var/spool/postfix/s");
             TriedTable tried = server_table("socketmap:unix:s:QUERY");
             tried.socket = {directory("/var/spool/postfix"), socket_at("/var/spool/postfix/s", 0660, 200)};
             set_tables(facts, {tried});
         },
         Severity::problem, "/var/spool/postfix/s has mode 0660, which keeps out the user postfix",
         "mode: \"0660\", group: postfix}]; systemctl restart tlspolicyd"},
        {"a directory that is closed to others",
         [](Facts& facts) {
             listen_at(facts, "/var/spool/postfix/d/s");
             TriedTable tried = server_table("socketmap:unix:d/s:QUERY");
             tried.socket = {directory("/var/spool/postfix"), directory("/var/spool/postfix/d", 0700),
                             socket_at("/var/spool/postfix/d/s", 0666, 200)};
             set_tables(facts, {tried});
         },
         Severity::problem, "/var/spool/postfix/d has mode 0700", "chmod o+x"},
    };
    for (const auto& example : examples)
        check(example);

    Facts facts = sound();
    listen_at(facts, "/var/spool/postfix/s");
    TriedTable tried = server_table("socketmap:unix:s:QUERY");
    tried.socket = {directory("/var/spool/postfix"), socket_at("/var/spool/postfix/s", 0660, 101)};
    set_tables(facts, {tried});
    CHECK(exit_of(judge(facts)) == Exit::fine);
}

TEST_CASE("the rights on a path are those of the class that the user is in") {
    const MailUser user{"postfix", 100, {100, 101}};
    PathStep own = directory("/d", 0077);
    own.owner = 100;
    CHECK(barrier({own, socket_at("/d/s", 0666, 0)}, user)
          == "/d has mode 0077, which keeps out the user postfix");
    PathStep of_group = directory("/d", 0707);
    of_group.group = 101;
    CHECK(barrier({of_group, socket_at("/d/s", 0666, 0)}, user)
          == "/d has mode 0707, which keeps out the user postfix");
    CHECK(barrier({directory("/d"), socket_at("/d/s", 0606, 0)}, user) == std::nullopt);
    CHECK(barrier({directory("/d"), directory("/d/s")}, user) == "/d/s is not a socket");
    CHECK(barrier({socket_at("/d", 0666, 0), socket_at("/d/s", 0666, 0)}, user) == "/d is not a directory");
    CHECK(barrier({directory("/d", 0700), socket_at("/d/s", 0600, 0)}, MailUser{"root", 0, {0}})
          == std::nullopt);
}

TEST_CASE("whether smtp runs in a chroot is master.cf's word, or its default") {
    struct Case {
        const char* chroot;
        unsigned major;
        const char* level;
        bool chrooted;
    };
    const Case cases[] = {
        {"y", 3, "3.6", true}, {"n", 3, "3.6", false}, {"n", 2, "", false}, {"-", 3, "3.6", false},
        {"-", 3, "2", false},  {"-", 3, "0", true},    {"-", 3, "", true},  {"-", 2, "", true},
    };
    for (const auto& each : cases) {
        CAPTURE(each.chroot);
        CAPTURE(each.level);
        PostfixFacts postfix = sound_postfix();
        postfix.version = postfix::Version{each.major, 11, 0};
        postfix.services = {smtp_service(each.chroot)};
        postfix.parameters.insert_or_assign("compatibility_level", each.level);
        CHECK(smtp_is_chrooted(postfix) == each.chrooted);
    }
}

}  // namespace
}  // namespace tlspolicy::cli::doctor
