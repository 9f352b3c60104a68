#pragma once

#include "cli/control_option.hpp"
#include "cli/palette.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>

namespace tlspolicy::cli {

/// "tlspolicy show DOMAIN": everything that the running daemon knows of a domain.
class Show : public Verb {
public:
    void declare(CLI::App& command) override;
    Exit run(Terminal& terminal) override;

private:
    ControlOption control_;
    std::string domain_;
};

/// What the daemon knows of a domain, for people: printable ASCII.
std::string to_text(const boost::json::object& known, const Palette& palette, std::size_t width);

}  // namespace tlspolicy::cli
