#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"
#include "server/listening_socket.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::cli::doctor {
namespace {

constexpr std::string_view parameter = "smtp_tls_policy_maps";
constexpr postfix::Version first_with_servername{3, 4, 0};
constexpr postfix::Version first_with_tlsrpt{3, 10, 0};

using Texts = std::vector<std::string>;

Texts texts_of(const PostfixFacts& postfix) {
    Texts texts;
    for (const TriedTable& table : postfix.tables)
        texts.push_back(table.table.text);
    return texts;
}

std::string line_with(const PostfixFacts& postfix, const Texts& texts) {
    return postconf_line(postfix, parameter, fmt::format("{}", fmt::join(texts, ", ")));
}

/// A map of the daemon with these options, the others as they are by default; empty: there is none.
std::string map_with(const DaemonFacts& daemon, bool dane, bool tlsrpt) {
    for (const auto& [name, options] : daemon.config.server.maps)
        if (options.dane == dane && options.tlsrpt == tlsrpt && options.servername && !options.monitor)
            return name;
    return {};
}

/// The table as Postfix should have it: the first socketmap listener, and the map for this Postfix.
std::string recommended_table(const PostfixFacts& postfix, const Facts& facts) {
    const bool dane = facts.validates && *facts.validates && **facts.validates;
    const bool tlsrpt = postfix.version && *postfix.version >= first_with_tlsrpt;
    std::string map = map_with(facts.daemon, dane, tlsrpt);
    if (map.empty()) map = dane ? "QUERY" : "postfix";
    const std::string queue = postfix.value("queue_directory") + "/";
    for (const auto& listener : facts.daemon.config.restart.listeners) {
        if (!listener.table_map.empty()) continue;
        if (const auto* unix_socket = std::get_if<server::UnixEndpoint>(&listener.endpoint)) {
            const bool within = unix_socket->path.compare(0, queue.size(), queue) == 0;
            const auto path = within ? unix_socket->path.substr(queue.size()) : unix_socket->path;
            return fmt::format("socketmap:unix:{}:{}", path, map);
        }
        return fmt::format("socketmap:inet:{}:{}", server::name_of(listener.endpoint), map);
    }
    return "socketmap:inet:127.0.0.1:8461:" + map;
}

/// The line in which `table` asks another map; empty where the daemon has none.
std::string line_with_map(const PostfixFacts& postfix, const TriedTable& table, const std::string& map) {
    const auto* server = std::get_if<postfix::TableServer>(&table.table.server);
    if (map.empty() || !server || server->map.empty()) return {};
    Texts texts = texts_of(postfix);
    for (std::string& text : texts)
        if (text == table.table.text) text.replace(text.size() - server->map.size(), server->map.size(), map);
    return line_with(postfix, texts);
}

std::string or_else(std::string line, std::string other) {
    return line.empty() ? std::move(other) : std::move(line);
}

// What stands around ours

void judge_others(const PostfixFacts& postfix, const TriedTable& ours, Findings& findings) {
    std::string behind;
    bool passed = false;
    for (const TriedTable& table : postfix.tables) {
        if (&table == &ours) {
            passed = true;
            continue;
        }
        if (std::holds_alternative<postfix::TableServer>(table.table.server)) continue;
        if (!table.failure.empty())
            findings.push_back(
                {Severity::problem,
                 fmt::format("Postfix cannot look into {}: {}", table.table.text, table.failure),
                 "Mail is deferred as long as one of the tables cannot be asked.",
                 fmt::format("Repair it, or take it out of {}.", parameter), "postconf(5)"});
        else if (table.answers_all && !passed) {
            Texts texts = texts_of(postfix);
            std::stable_partition(texts.begin(), texts.end(),
                                  [&](const std::string& text) { return text == ours.table.text; });
            findings.push_back(
                {Severity::problem,
                 fmt::format("{} answers for every domain ({}), so that tlspolicyd is never asked",
                             table.table.text, *table.answers_all),
                 "The first table that knows a domain has the last word.", line_with(postfix, texts),
                 "postconf(5)"});
        }
        if (passed) behind += (behind.empty() ? "" : ", ") + table.table.text;
    }
    if (!behind.empty())
        findings.push_back({Severity::note, behind + " is asked only where tlspolicyd has no answer",
                            "What is there for domains with a policy has no effect."});
}

bool judge_types(const PostfixFacts& postfix, Findings& findings) {
    bool sound = true;
    for (const TriedTable& table : postfix.tables) {
        const auto& types = postfix.table_types;
        if (!types.empty() && std::find(types.begin(), types.end(), table.table.type) == types.end())
            findings.push_back(
                {Severity::problem,
                 fmt::format("This Postfix has no tables of the type \"{}\": {}", table.table.type,
                             table.table.text),
                 "Mail is deferred as long as one of the tables cannot be asked.",
                 table.table.type == "socketmap"
                     ? "Install the full package of Postfix, or let tlspolicyd listen with tcp_table: (see "
                       "tlspolicyd.yaml(5), listen) and ask tcp:127.0.0.1:8462."
                     : "See which there are: postconf -m"});
        else if ((table.table.type == "socketmap" || table.table.type == "tcp")
                 && std::holds_alternative<postfix::NoServer>(table.table.server))
            findings.push_back(
                {Severity::problem, table.table.text + " names no server and map",
                 "Mail is deferred as long as one of the tables cannot be asked.",
                 "Write socketmap:inet:HOST:PORT:MAP, socketmap:unix:PATH:MAP or tcp:HOST:PORT.",
                 "socketmap_table(5)"});
        else
            continue;
        sound = false;
    }
    return sound;
}

// Ours

void judge_proxy(const PostfixFacts& postfix, const TriedTable& table, Findings& findings) {
    if (!table.table.proxied) return;
    const auto direct = table.table.text.substr(std::string_view("proxy:").size());
    Texts texts = texts_of(postfix);
    std::replace(texts.begin(), texts.end(), table.table.text, direct);
    if (postfix.value("proxy_read_maps").find(table.table.text) == std::string::npos)
        findings.push_back(
            {Severity::problem,
             table.table.text + " is asked through proxymap(8), which proxy_read_maps does not allow",
             "Every lookup fails, and mail is deferred.", line_with(postfix, texts), "proxymap(8)"});
    else
        findings.push_back({Severity::warning, table.table.text + " is asked through proxymap(8)",
                            "One domain that has to be looked up then holds up the lookups of others.",
                            line_with(postfix, texts), "proxymap(8)"});
}

void judge_answer(const PostfixFacts& postfix, const TriedTable& table, const Facts& facts,
                  Findings& findings) {
    const auto& asked = *table.asked;
    const bool ours = listener_of(table, postfix, facts.daemon) != nullptr;
    if (!asked.failure.empty()) {
        Texts texts = texts_of(postfix);
        std::replace(texts.begin(), texts.end(), table.table.text, recommended_table(postfix, facts));
        findings.push_back(
            {Severity::problem, fmt::format("Postfix cannot ask {}: {}", table.table.text, asked.failure),
             ours ? "All mail that needs a lookup is deferred meanwhile."
                  : fmt::format(
                      "All mail that needs a lookup is deferred meanwhile. By {}, tlspolicyd does not "
                      "listen there.",
                      facts.daemon.file),
             ours ? "Start tlspolicyd (systemctl start tlspolicyd); its log says why it ended."
                  : line_with(postfix, texts),
             "postconf(5)"});
        return;
    }
    if (asked.reply.substr(0, 5) == "PERM ") {
        const auto* options = options_of(table, postfix, facts.daemon);
        findings.push_back(
            {Severity::problem, fmt::format("{} has no map {}: {}", asked.address, asked.map, asked.reply),
             "Mail is deferred.",
             options
                 ? "The running daemon has other maps than its configuration: reload it (systemctl reload "
                   "tlspolicyd)."
                 : or_else(
                     line_with_map(postfix, table, map_with(facts.daemon, false, false)),
                     fmt::format("Add \"{}: {{}}\" below maps: in {}.", asked.map, facts.daemon.file))});
        return;
    }
    const bool none = asked.map.empty() ? asked.reply.substr(0, 4) == "500 " : asked.reply == "NOTFOUND ";
    if (!none) {
        findings.push_back(
            {Severity::warning,
             fmt::format("{} says \"{}\" of localhost, where tlspolicyd says that it has no policy",
                         table.table.text, asked.reply),
             "Something else may listen there, or an override is for all domains."});
        return;
    }
    findings.push_back(fine(fmt::format("Postfix asks {}, and has answers", table.table.text)));
    if (!ours)
        findings.push_back(
            {Severity::note, fmt::format("{} is no listener of {}", asked.address, facts.daemon.file),
             "If another machine's tlspolicyd is meant, look at its configuration there. Here its "
             "maps are taken to be those of this file."});
}

void judge_map(const PostfixFacts& postfix, const TriedTable& table, const Facts& facts, Findings& findings) {
    const auto* options = options_of(table, postfix, facts.daemon);
    if (!options) return;
    const std::string map = map_of(table, postfix, facts.daemon);
    const std::string elsewhere = "Let it ask a map that has these options; see tlspolicyd.yaml(5), maps.";
    if (postfix.version && *postfix.version < first_with_servername && options->servername)
        findings.push_back(
            {Severity::problem,
             fmt::format("The map {} answers with servername=, which Postfix {} does not know", map,
                         postfix.version->text()),
             "Mail to every domain with a policy is deferred.",
             fmt::format("In {}, below maps: write {}: {{servername: false}}", facts.daemon.file, map)});
    if (postfix.version && *postfix.version < first_with_tlsrpt && options->tlsrpt)
        findings.push_back(
            {Severity::problem,
             fmt::format("The map {} answers with policy_type= for TLS-RPT, which Postfix {} does not know",
                         map, postfix.version->text()),
             "Mail to every domain with a policy is deferred.",
             or_else(line_with_map(postfix, table, map_with(facts.daemon, options->dane, false)), elsewhere),
             "postconf(5)"});
    if (postfix.version && *postfix.version >= first_with_tlsrpt && !options->tlsrpt)
        findings.push_back(
            {Severity::note, fmt::format("The map {} leaves out what Postfix 3.10 can use", map),
             "Postfix 3.10.5 and later compares the mail server's own name with the policy, and TLS-RPT can "
             "tell "
             "of it.",
             or_else(line_with_map(postfix, table, map_with(facts.daemon, options->dane, true)),
                     "Add \"tlsrpt: {tlsrpt: true}\" below maps:, and ask that map.")});
    const std::string level = postfix.value("smtp_tls_security_level");
    if ((level == "dane" || level == "dane-only") && !options->dane)
        findings.push_back(
            {Severity::problem,
             fmt::format("smtp_tls_security_level is {}, and the map {} knows nothing of DANE", level, map),
             "Where a domain has both, the \"secure\" of its MTA-STS policy takes the place of DANE.",
             or_else(line_with_map(postfix, table, map_with(facts.daemon, true, options->tlsrpt)), elsewhere),
             "RFC 8461, 2"});
    if (options->monitor)
        findings.push_back(
            {Severity::note, fmt::format("The map {} is in monitor mode", map),
             "Policies are looked up and told in the log, but nothing is enforced.",
             "When nothing there surprises you: take out mode: monitor, and reload tlspolicyd."});
}

/// Postfix does not ask us: the line with our table, which takes the place of the first one that asks another
/// server of this machine.
void judge_absence(const PostfixFacts& postfix, const Facts& facts, Findings& findings) {
    Texts texts = texts_of(postfix);
    const auto another =
        std::find_if(postfix.tables.begin(), postfix.tables.end(),
                     [&](const TriedTable& table) { return asks_another(table, postfix, facts.daemon); });
    std::string why = "No policy is ever looked up.";
    if (another == postfix.tables.end()) {
        texts.push_back(recommended_table(postfix, facts));
    } else {
        texts[static_cast<std::size_t>(another - postfix.tables.begin())] = recommended_table(postfix, facts);
        why = fmt::format(
            "Something else answers on {}, where by {} tlspolicyd does not listen: another program for "
            "policies, or a tlspolicyd with another configuration (--config).",
            another->asked->address, facts.daemon.file);
    }
    findings.push_back({Severity::problem,
                        postfix.tables.empty() ? fmt::format("{} is empty", parameter)
                                               : fmt::format("{} does not ask tlspolicyd", parameter),
                        std::move(why), line_with(postfix, texts), "postconf(5)"});
}

}  // namespace

void judge_tables(const PostfixFacts& postfix, const Facts& facts, Findings& findings) {
    const bool sound = judge_types(postfix, findings);
    const auto ours = our_tables(postfix, facts.daemon);
    if (ours.empty()) {
        if (sound) judge_absence(postfix, facts, findings);
        return;
    }
    judge_others(postfix, *ours.front(), findings);
    for (const TriedTable* table : ours) {
        judge_proxy(postfix, *table, findings);
        if (judge_socket(postfix, *table, findings) && table->asked)
            judge_answer(postfix, *table, facts, findings);
        judge_map(postfix, *table, facts, findings);
    }
}

}  // namespace tlspolicy::cli::doctor
