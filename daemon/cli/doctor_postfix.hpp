#pragma once

#include "cli/doctor_facts.hpp"

#include <string>

namespace tlspolicy::cli::doctor {

struct PostfixOptions {
    std::string postconf = {};          ///< empty: looked for
    std::string config_directory = {};  ///< empty: what postconf takes by itself
};

/// Everything about Postfix: asks postconf and postmap, looks at the files that the answers name, and asks
/// the servers of smtp_tls_policy_maps. Fails where postconf cannot be run.
Result<PostfixFacts> gather_postfix(const PostfixOptions& options);

}  // namespace tlspolicy::cli::doctor
