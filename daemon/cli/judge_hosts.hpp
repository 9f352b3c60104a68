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

/// The list of mail hosts: whether there is one, and whether policy and list agree (RFC 8461, 4.1).
std::vector<Finding> judge_mx(const inquiry::Survey& survey, const std::optional<sts::Policy>& policy);

/// One mail host: each of its addresses, STARTTLS, TLS, certificates (RFC 8461, 4.2).
std::vector<Finding> judge_host(const inquiry::SurveyedHost& host, WallTime now, Severity grave);

/// Its TLSA records, against the certificates that it presents (RFC 7672); nothing where it has none.
std::vector<Finding> judge_tlsa(const inquiry::SurveyedHost& host);

}  // namespace tlspolicy::cli
