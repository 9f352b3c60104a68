#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// "[#####     ] 5000 of 10000": pure.
std::string bar(std::size_t done, std::size_t all);

/// A bar that is drawn again and again in one line of a terminal, and is gone at the end. Draws nothing
/// elsewhere.
class Progress {
public:
    enum class On : bool { nothing, terminal };
    Progress(std::ostream& out, On on, std::string_view what, std::size_t all);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::size_t done);

private:
    std::ostream& out_;
    bool drawn_on_;
    std::string what_;
    std::size_t all_;
    std::size_t shown_ = 0;  ///< in thousandths
};

/// Whether standard error is a terminal.
Progress::On terminal_for_progress();

}  // namespace tlspolicy::cli
