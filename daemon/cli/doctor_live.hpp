#pragma once

#include "base/domain.hpp"
#include "cli/doctor_facts.hpp"

#include <optional>
#include <string>

/// What "tlspolicy doctor" tries out, with the daemon's own DNS and HTTPS and its settings.
namespace tlspolicy::cli::doctor {

struct Tried {
    std::optional<Result<bool>> validates = {};
    std::optional<Egress> egress = {};
};

/// Asks the resolvers whether they validate, and fetches the policy of `domain`. Returns within the time-outs
/// of the configuration.
Tried try_out(const config::Config& config, const Domain& domain);

/// The running daemon's word on itself.
Result<Status> ask_status(const std::string& socket);

}  // namespace tlspolicy::cli::doctor
