#pragma once

#include "cli/verb.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace tlspolicy::cli {

/// A verb as the command line knows it.
struct Offer {
    std::string_view name;
    std::string_view summary;  ///< one line, for --help and completion
    std::unique_ptr<Verb> (*make)();
};

/// All verbs, in the order in which --help shows them.
std::span<const Offer> verbs();

}  // namespace tlspolicy::cli
