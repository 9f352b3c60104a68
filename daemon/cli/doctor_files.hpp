#pragma once

#include "cli/doctor_facts.hpp"

#include <optional>
#include <string>
#include <vector>

/// What "tlspolicy doctor" reads of the file system and the kernel.
namespace tlspolicy::cli::doctor {

/// The steps to `path` for a process whose root, or working directory, is `from`; "/": the whole system's.
Path walk(const std::string& from, const std::string& path);

std::optional<MailUser> find_user(const std::string& name);

/// Certificates in a PEM file.
Roots roots_in_file(const std::string& path);
/// Files in a directory with the names that OpenSSL looks for, "3513523f.0".
Roots roots_in_directory(const std::string& path);
/// The file of the system's trusted authorities, by where the systems have it; empty: there is none.
std::string system_roots();

Result<std::vector<dns::NameServer>> name_servers_in(const std::string& resolv_conf);

/// Whether a file holds these bytes; nullopt: it cannot be read.
std::optional<bool> file_contains(const std::string& path, const std::string& bytes);

/// net.unix.max_dgram_qlen; nullopt: this kernel has none.
std::optional<unsigned> datagram_queue();
/// nullopt: this process may not ask.
std::optional<bool> clock_synchronised();
/// Why no datagram could be sent to a socket; empty: one could.
std::string datagram_failure(const std::string& path);

}  // namespace tlspolicy::cli::doctor
