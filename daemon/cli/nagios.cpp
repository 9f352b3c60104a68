#include "cli/nagios.hpp"

#include "cli/judge_certificate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::cli {
namespace {

std::string_view state_of(Exit exit) {
    switch (exit) {
        case Exit::fine:
            return "OK";
        case Exit::warning:
            return "WARNING";
        case Exit::problem:
            return "CRITICAL";
        case Exit::unknown:
            return "UNKNOWN";
    }
    return "UNKNOWN";
}

std::string summary(std::span<const Finding> findings, Exit worst) {
    if (worst == Exit::fine) return "as it should be";
    const auto weighs = [worst](const Finding& finding) { return exit_of({&finding, 1}) == worst; };
    const auto first = std::find_if(findings.begin(), findings.end(), weighs);
    const auto others = std::count_if(findings.begin(), findings.end(), weighs) - 1;
    if (others == 0) return first->what;
    return fmt::format("{} (and {} more)", first->what, others);
}

}  // namespace

std::string nagios_line(std::string_view domain, std::span<const Finding> findings,
                        const Measured& measured) {
    const Exit worst = exit_of(findings);
    std::string text =
        fmt::format("TLSPOLICY {} - {}: {}", state_of(worst), domain, summary(findings, worst));
    std::replace(text.begin(), text.end(), '|', '/');  // it begins the numbers
    std::string numbers;
    if (measured.certificate_days)
        numbers += fmt::format(" certificate_days={};{}:;0:", *measured.certificate_days,
                               certificate_notice.count());
    if (measured.max_age) numbers += fmt::format(" max_age={}s", *measured.max_age);
    return numbers.empty() ? text : text + " |" + numbers;
}

}  // namespace tlspolicy::cli
