#include "cli/terminal.hpp"

#include <cstdlib>
#include <iostream>
#include <limits>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t usual_width = 80;  // of a terminal that does not tell its own

/// https://no-color.org: set and not empty.
bool colour_unwanted() {
    const char* wish = std::getenv("NO_COLOR");
    return wish != nullptr && *wish != '\0';
}

std::size_t columns() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_width;
    return size.ws_col;
}

}  // namespace

Terminal standard_terminal(bool json) {
    const bool interactive = ::isatty(STDOUT_FILENO) == 1;
    return {std::cout, std::cerr, json, interactive && !colour_unwanted(),
            interactive ? columns() : std::numeric_limits<std::size_t>::max()};
}

}  // namespace tlspolicy::cli
