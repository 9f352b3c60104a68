#pragma once

#include "cli/doctor_facts.hpp"
#include "postfix/table_list.hpp"
#include "server/settings.hpp"

#include <string>

namespace tlspolicy::cli::doctor {

/// Asks a server for "localhost", which has no policy and costs no lookup; returns within some seconds.
/// `root`: where the paths of Unix sockets begin for the smtp client.
Asked ask(const postfix::TableServer& server, const std::string& root);
/// The same of a listener of the daemon, by one of its maps.
Asked ask(const server::Listener& listener, const std::string& map);

}  // namespace tlspolicy::cli::doctor
