#pragma once

#include <cstddef>
#include <iosfwd>

namespace tlspolicy::cli {

/// Where a verb writes, and what is wanted and possible there.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    bool json = false;      ///< one JSON object instead of text
    bool colour = false;    ///< on a terminal, and not where NO_COLOR is set
    std::size_t width = 0;  ///< columns of a terminal; as good as endless where it is none
};

/// Standard output and error of this process.
Terminal standard_terminal(bool json);

}  // namespace tlspolicy::cli
