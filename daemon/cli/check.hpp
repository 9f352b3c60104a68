#pragma once

#include "cli/survey_options.hpp"

#include <string>

namespace tlspolicy::cli {

/// "tlspolicy check": how a domain that receives mail stands with MTA-STS, DANE and TLS reports.
class Check : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    SurveyOptions survey_;
    std::string state_;  ///< empty: the usual directory
    bool nagios_ = false;
};

}  // namespace tlspolicy::cli
