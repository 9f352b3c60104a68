#pragma once

#include "cli/finding.hpp"
#include "inquiry/survey.hpp"
#include "sts/policy.hpp"

#include <optional>
#include <vector>

/// Judgements of a domain's mail hosts. Pure.
namespace tlspolicy::cli {

/// How bad it is that a host does not do what a policy asks for: less so where none does.
Severity at_stake(const std::optional<sts::Policy>& policy);

/// All of them that were looked at, by themselves: no policy has a say.
std::vector<Finding> judge_hosts(const inquiry::Survey& survey, Severity grave);

/// One mail host: each of its addresses, STARTTLS, TLS, certificates (RFC 8461, 4.2).
std::vector<Finding> judge_host(const inquiry::SurveyedHost& host, WallTime now, Severity grave);

/// Its TLSA records, against the certificates that it presents (RFC 7672); nothing where it has none.
std::vector<Finding> judge_tlsa(const inquiry::SurveyedHost& host);

}  // namespace tlspolicy::cli
