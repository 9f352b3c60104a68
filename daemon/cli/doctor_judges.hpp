#pragma once

#include "cli/doctor_facts.hpp"
#include "cli/finding.hpp"

#include <optional>
#include <string>
#include <vector>

/// The judgements of "tlspolicy doctor": pure, from facts to findings. A subject a function, each in a file
/// of its own; `judge` has them all, in the order in which they are told.
namespace tlspolicy::cli::doctor {

using Findings = std::vector<Finding>;

Findings judge(const Facts& facts);

/// Configuration, listeners, version and clock of the daemon.
void judge_daemon(const Facts& facts, Findings& findings);
/// Resolvers, DNSSEC, the way out to policy hosts.
void judge_network(const Facts& facts, Findings& findings);

// These are for a machine with a Postfix.

/// Security level, log, old and odd settings, and where mail is sent.
void judge_levels(const PostfixFacts& postfix, Findings& findings);
/// smtp_tls_policy_maps: whether our table is asked, by the right map.
void judge_tables(const PostfixFacts& postfix, const Facts& facts, Findings& findings);
/// Whether the smtp client may use a table's Unix socket, from within its chroot; true where there is none.
bool judge_socket(const PostfixFacts& postfix, const TriedTable& table, Findings& findings);
/// Trusted roots.
void judge_roots(const PostfixFacts& postfix, Findings& findings);
/// smtp_dns_support_level, and the resolvers of Postfix beside the daemon's.
void judge_postfix_dns(const PostfixFacts& postfix, const Facts& facts, Findings& findings);
void judge_tlsrpt(const PostfixFacts& postfix, const Facts& facts, Findings& findings);

// What several judgements need.

/// Whether the smtp client runs in the queue directory as its root (master(5); the default changed with
/// Postfix 3.0 and compatibility_level 1).
bool smtp_is_chrooted(const PostfixFacts& postfix);
/// The tables that ask this daemon, in order; where none does, those that may be meant to: they ask a server
/// of another machine, or one that does not answer.
std::vector<const TriedTable*> our_tables(const PostfixFacts& postfix, const DaemonFacts& daemon);
/// The listener that a table asks; nullptr: none of this daemon's.
const server::Listener* listener_of(const TriedTable& table, const PostfixFacts& postfix,
                                    const DaemonFacts& daemon);
/// Whether a table asks a server of this machine, and has its answer, where this daemon does not listen.
bool asks_another(const TriedTable& table, const PostfixFacts& postfix, const DaemonFacts& daemon);
/// Empty: it is not known.
std::string map_of(const TriedTable& table, const PostfixFacts& postfix, const DaemonFacts& daemon);
/// nullptr: the daemon has no such map.
const postfix::MapOptions* options_of(const TriedTable& table, const PostfixFacts& postfix,
                                      const DaemonFacts& daemon);
/// Whether Postfix does DANE, by itself or as our table tells it.
bool does_dane(const PostfixFacts& postfix, const DaemonFacts& daemon);
/// nullopt: the user passes all steps; else the first that stops him, in words.
std::optional<std::string> barrier(const Path& path, const MailUser& user);

}  // namespace tlspolicy::cli::doctor
