#pragma once

#include "base/paths.hpp"
#include "cli/doctor_postfix.hpp"
#include "cli/verb.hpp"

#include <string>

namespace tlspolicy::cli {

/// "tlspolicy doctor": whether Postfix, this daemon and this machine work together.
class Doctor : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    std::string config_ = default_config_file();
    CLI::App* command_ = nullptr;
    std::string socket_;
    std::string probe_ = "gmail.com";
    doctor::PostfixOptions postfix_;
    bool offline_ = false;
};

}  // namespace tlspolicy::cli
