#pragma once

#include "cli/survey_options.hpp"
#include "cli/wish.hpp"

#include <string>
#include <vector>

namespace tlspolicy::cli {

/// "tlspolicy publish": what a domain that receives mail has to put into DNS and on its web server.
class Publish : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    Result<Asked> asked() const;

    SurveyOptions survey_;
    std::string mode_;     ///< empty: as published now
    std::string max_age_;  ///< likewise
    std::vector<std::string> mx_;
    std::vector<std::string> rua_;
    bool only_when_ready_ = false;
};

}  // namespace tlspolicy::cli
