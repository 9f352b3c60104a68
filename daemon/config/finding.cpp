#include "config/finding.hpp"

#include <fmt/format.h>

namespace tlspolicy::config {

std::string to_text(const Finding& finding, std::string_view loaded_file) {
    const std::string_view file = finding.file.empty() ? loaded_file : std::string_view(finding.file);
    const std::string_view severity = finding.severity == Finding::Severity::error ? "error" : "warning";
    if (finding.line == 0) return fmt::format("{}: {}: {}", file, severity, finding.message);
    return fmt::format("{}:{}: {}: {}", file, finding.line, severity, finding.message);
}

}  // namespace tlspolicy::config
