#pragma once

#include "cli/control_option.hpp"
#include "cli/engine_options.hpp"
#include "cli/explain_text.hpp"
#include "cli/verb.hpp"

#include <string>

namespace tlspolicy::cli {

/// "tlspolicy explain DOMAIN": what the daemon answers, and everything that leads there.
class Explain : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    DaemonView ask_running(const config::Config& config) const;

    EngineOptions engine_;
    ControlOption control_;
    std::string key_;
    std::vector<std::string> maps_;
    bool trace_ = false;
};

}  // namespace tlspolicy::cli
