#pragma once

#include "cli/doctor_facts.hpp"
#include "cli/finding.hpp"

#include <string>
#include <string_view>

/// Words and lines to type that several judgements use.
namespace tlspolicy::cli::doctor {

Finding fine(std::string what);

/// A word of a command line for a shell, in quotes where it needs them.
std::string for_shell(std::string_view word);
/// The command that sets a parameter: "postconf smtp_tls_CAfile=/etc/ca.pem".
std::string postconf_line(const PostfixFacts& postfix, std::string_view name, std::string_view value);

/// The command that takes a parameter out of main.cf: "postconf -X smtp_use_tls".
std::string postconf_without(const PostfixFacts& postfix, std::string_view name);

std::string name_of(const dns::NameServer& server);
/// "127.0.0.1 and 192.0.2.53"
std::string names_of(const std::vector<dns::NameServer>& servers);

}  // namespace tlspolicy::cli::doctor
