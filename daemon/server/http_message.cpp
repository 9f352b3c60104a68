#include "server/http_message.hpp"

namespace tlspolicy::server {
namespace {

constexpr std::string_view scheme = "http://";

int digit_of(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

enum class Plus { itself, blank };  ///< what "+" means: a form's query writes its blanks so

std::optional<std::string> decode(std::string_view text, Plus plus) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::blank) {
            decoded += ' ';
        } else if (text[i] == '%') {
            if (text.size() - i < 3) return std::nullopt;
            const int high = digit_of(text[i + 1]);
            const int low = digit_of(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i];
        }
    }
    return decoded;
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
    const auto path = decode(take_until(target, '?'), Plus::itself);
    if (!path) return std::nullopt;
    parsed.path = *path;
    while (!target.empty()) {
        std::string_view value = take_until(target, '&');
        if (value.empty()) continue;
        const auto name = decode(take_until(value, '='), Plus::blank);
        const auto decoded = decode(value, Plus::blank);
        if (!name || !decoded) return std::nullopt;
        parsed.query.emplace(*name, *decoded);
    }
    return parsed;
}

}  // namespace tlspolicy::server
