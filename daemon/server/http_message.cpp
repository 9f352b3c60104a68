#include "server/http_message.hpp"

#include "base/percent.hpp"

#include <algorithm>

namespace tlspolicy::server {
namespace {

constexpr std::string_view scheme = "http://";

/// A form's query writes its blanks as "+".
std::optional<std::string> decode_form(std::string_view text) {
    std::string blanks(text);
    std::replace(blanks.begin(), blanks.end(), '+', ' ');
    return percent_decode(blanks);
}

/// The text before `mark`, which goes from `rest` together with the mark.
std::string_view take_until(std::string_view& rest, char mark) {
    const std::string_view taken = rest.substr(0, rest.find(mark));
    rest.remove_prefix(taken.size() < rest.size() ? taken.size() + 1 : taken.size());
    return taken;
}

}  // namespace

std::optional<HttpTarget> parse_target(std::string_view target) {
    if (target.starts_with(scheme)) {
        const auto slash = target.find('/', scheme.size());
        target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
    }
    if (!target.starts_with('/')) return std::nullopt;
    HttpTarget parsed;
    const auto path = percent_decode(take_until(target, '?'));
    if (!path) return std::nullopt;
    parsed.path = *path;
    while (!target.empty()) {
        std::string_view value = take_until(target, '&');
        if (value.empty()) continue;
        const auto name = decode_form(take_until(value, '='));
        const auto decoded = decode_form(value);
        if (!name || !decoded) return std::nullopt;
        parsed.query.emplace(*name, *decoded);
    }
    return parsed;
}

}  // namespace tlspolicy::server
