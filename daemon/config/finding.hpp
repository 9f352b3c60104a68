#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tlspolicy::config {

/// One thing that is wrong with a configuration file, for the operator who wrote it.
struct Finding {
    enum class Severity : std::uint8_t {
        warning,  ///< the file is used all the same
        error,    ///< the file is not used
    };

    Severity severity = Severity::error;
    unsigned line = 0;  ///< from 1; 0 where no line is to blame
    std::string message;
    std::string file = {};  ///< empty: the one that was loaded

    friend bool operator==(const Finding&, const Finding&) = default;
};

/// "FILE:LINE: error: MESSAGE", one line without its end. `file`: the one that was loaded.
std::string to_text(const Finding& finding, std::string_view file);

}  // namespace tlspolicy::config
