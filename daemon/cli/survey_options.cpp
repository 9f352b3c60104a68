#include "cli/survey_options.hpp"

#include "config/units.hpp"
#include "inquiry/surveyor.hpp"

#include <CLI/App.hpp>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace tlspolicy::cli {
namespace {

/// This machine's name, where it has one that a mail server can make something of.
std::string own_name() {
    std::array<char, Domain::max_length + 1> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "";
    const auto domain = Domain::parse(name.data());
    return domain ? std::string(domain->text()) : "";
}

}  // namespace

void SurveyOptions::declare(CLI::App& command) {
    command.add_option("DOMAIN", domain_, "The domain: what stands behind the @ of mail addresses")
        ->required();
    command.add_option("--smtp-port", smtp_port_, "Where its mail hosts listen")->capture_default_str();
    command.add_option("--timeout", timeout_, "For the policy, and for each mail host")
        ->capture_default_str();
    engine_.declare(command);
}

Result<inquiry::Survey> SurveyOptions::look(Terminal& terminal) const {
    const auto domain = Domain::parse(domain_);
    if (!domain) return domain.error().in(domain_);
    const auto timeout = config::parse_duration(timeout_);
    if (!timeout)
        return Error(ErrorKind::syntax, "--timeout: \"" + timeout_ + "\" " + timeout.error().message());
    auto config = engine_.load(terminal);
    if (!config) return config.error();
    config->https.timeout = *timeout;
    config->dns.timeout = std::min(config->dns.timeout, *timeout);
    inquiry::Surveyor surveyor(config->dns, config->https, {*timeout, smtp_port_, own_name()});
    if (const auto usable = surveyor.usable(); !usable) return usable.error();
    return surveyor.look_at(*domain);
}

}  // namespace tlspolicy::cli
