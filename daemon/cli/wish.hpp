#pragma once

#include "cli/publication.hpp"
#include "inquiry/survey.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::cli {

/// What the operator says; all that is left out is as it is published now.
struct Asked {
    std::optional<sts::Mode> mode = {};
    std::optional<std::chrono::seconds> max_age = {};
    std::vector<std::string> mx = {};
    std::vector<std::string> rua = {};
};

/// Both together. Fails where what is published now, or the list of mail hosts, is needed and not known: it
/// is not guessed. Pure.
Result<Wish> wish_for(const inquiry::Survey& survey, const Asked& asked);

}  // namespace tlspolicy::cli
