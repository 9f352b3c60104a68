#include "postfix/postconf.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tlspolicy::postfix {
namespace {

template <class Take>
void each_line(std::string_view text, Take take) {
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        take(line);
    }
}

/// Takes a number off the front; nullopt where there is none.
std::optional<unsigned> take_number(std::string_view& text) noexcept {
    unsigned number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, char expected) noexcept {
    if (text.empty() || text.front() != expected) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::pair<std::string_view, std::string_view>> split_setting(std::string_view line) noexcept {
    const auto sign = line.find('=');
    if (sign == std::string_view::npos) return std::nullopt;
    const auto name = ascii::trim(line.substr(0, sign));
    const auto is_of_name = [](char c) { return ascii::is_printable(c) && c != ' '; };
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_of_name)) return std::nullopt;
    return std::pair{name, ascii::trim(line.substr(sign + 1))};
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (line = ascii::trim(line); !line.empty(); line = ascii::trim(line)) {
        words.push_back(line.substr(0, std::min(line.find(' '), line.find('\t'))));
        line.remove_prefix(words.back().size());
    }
    return words;
}

}  // namespace

std::string Version::text() const {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

std::optional<Version> parse_version(std::string_view text) noexcept {
    Version version;
    const auto major = take_number(text);
    if (!major || !take(text, '.')) return std::nullopt;
    const auto minor = take_number(text);
    if (!minor) return std::nullopt;
    version.major = *major;
    version.minor = *minor;
    if (take(text, '.'))
        if (const auto patch = take_number(text)) version.patch = *patch;
    return version;
}

Parameters parse_parameters(std::string_view text) {
    Parameters parameters;
    each_line(text, [&](std::string_view line) {
        if (const auto setting = split_setting(line))
            parameters.insert_or_assign(std::string(setting->first), std::string(setting->second));
    });
    return parameters;
}

std::vector<Service> parse_services(std::string_view text) {
    constexpr std::size_t fields = 8;  // master(5): name, type, private, unprivileged, chroot, ..., command
    std::vector<Service> services;
    each_line(text, [&](std::string_view line) {
        const auto words = words_of(line);
        if (words.size() < fields || words[0].front() == '#') return;
        services.push_back({std::string(words[0]), std::string(words[1]), std::string(words[4]),
                            std::string(words[fields - 1])});
    });
    return services;
}

std::vector<ServiceSetting> parse_service_settings(std::string_view text) {
    std::vector<ServiceSetting> settings;
    each_line(text, [&](std::string_view line) {
        const auto setting = split_setting(line);
        if (!setting) return;
        const auto slash = setting->first.rfind('/');
        if (slash == std::string_view::npos || slash == 0) return;
        settings.push_back({std::string(setting->first.substr(0, slash)),
                            std::string(setting->first.substr(slash + 1)), std::string(setting->second)});
    });
    return settings;
}

}  // namespace tlspolicy::postfix
