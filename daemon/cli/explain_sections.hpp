#pragma once

#include "cli/outline.hpp"
#include "inquiry/explanation.hpp"

/// The parts of the text that "tlspolicy explain" prints.
namespace tlspolicy::cli {

/// The TXT records, the policy host, the fetch, and the policy line by line.
void show_policy(Outline& outline, const inquiry::Explanation& explanation);

/// The mail hosts: how they match the policy, and how they do DANE.
void show_mail_hosts(Outline& outline, const inquiry::Explanation& explanation);

/// Every DNS query and what was answered.
void show_wire(Outline& outline, const inquiry::Explanation& explanation);

/// "NXDOMAIN", "no such record".
std::string_view words_for(const engine::Absent& absent) noexcept;

}  // namespace tlspolicy::cli
