#include "cli/progress.hpp"

#include <fmt/format.h>

#include <ostream>
#include <unistd.h>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t bar_width = 40;
constexpr std::string_view erase_line = "\r\x1b[K";  // ECMA-48, EL

}  // namespace

std::string bar(std::size_t done, std::size_t all) {
    const std::size_t filled = all == 0 ? bar_width : bar_width * done / all;
    return fmt::format("[{}{}] {} of {}", std::string(filled, '#'), std::string(bar_width - filled, ' '),
                       done, all);
}

Progress::Progress(std::ostream& out, On on, std::string_view what, std::size_t all)
    : out_(out), drawn_on_(on == On::terminal), what_(what), all_(all) {}

Progress::~Progress() {
    if (drawn_on_ && shown_ > 0) out_ << erase_line << std::flush;
}

void Progress::show(std::size_t done) {
    if (!drawn_on_ || all_ == 0) return;
    const std::size_t now = 1000 * done / all_;
    if (now == shown_) return;
    shown_ = now;
    out_ << erase_line << what_ << ' ' << bar(done, all_) << std::flush;
}

Progress::On terminal_for_progress() {
    return ::isatty(STDERR_FILENO) == 1 ? Progress::On::terminal : Progress::On::nothing;
}

}  // namespace tlspolicy::cli
