#pragma once

#include "cli/engine_options.hpp"
#include "inquiry/survey.hpp"

#include <cstdint>
#include <string>

namespace tlspolicy::cli {

/// What the verbs share that look at a domain from outside.
class SurveyOptions {
public:
    /// Declares DOMAIN, --smtp-port, --timeout and the options of EngineOptions.
    void declare(CLI::App& command);

    Result<inquiry::Survey> look(Terminal& terminal) const;

private:
    std::string domain_;
    EngineOptions engine_;
    std::uint16_t smtp_port_ = 25;
    std::string timeout_ = "20s";
};

}  // namespace tlspolicy::cli
