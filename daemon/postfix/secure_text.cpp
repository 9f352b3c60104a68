#include "postfix/secure_text.hpp"

#include "base/ascii.hpp"
#include "postfix/socketmap.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace tlspolicy::postfix {
namespace {

constexpr std::string_view servername = " servername=hostname";

constexpr std::string_view before_domain = " policy_type=sts policy_domain=";
constexpr std::string_view line_begin = " { policy_string = ";
constexpr std::string_view line_end = " }";
constexpr std::string_view any_policy_line = "version: STSv1";
constexpr std::size_t max_domain = 253;
constexpr std::size_t max_value = max_reply - std::string_view("OK ").size();

/// A brace would end the attribute and begin another of the publisher's choice; Postfix trims blanks.
bool is_safe(std::string_view line) noexcept {
    return !ascii::trim(line).empty() && std::all_of(line.begin(), line.end(), [](char c) {
        return ascii::is_printable(c) && c != '{' && c != '}';
    });
}

bool is_extension(std::string_view line) noexcept {
    constexpr std::array<std::string_view, 4> known = {"version", "mode", "mx", "max_age"};
    const std::string_view name = line.substr(0, std::min(line.find(':'), line.size()));
    return std::find(known.begin(), known.end(), name) == known.end();
}

std::size_t rendered_size(std::string_view line) noexcept {
    return line_begin.size() + line.size() + line_end.size();
}

/// The lines that are safe and fit into `budget` together: extensions are the first to go, the last of them
/// before the others, and then the last of the rest. Never none: Postfix 3.10.0 to 3.10.4 crash without one.
/// The budget is at least what `any_policy_line` takes.
std::vector<std::string_view> choose_lines(std::span<const std::string> lines, std::size_t budget) {
    std::vector<std::string_view> chosen;
    std::size_t size = 0;
    for (const std::string& line : lines) {
        if (!is_safe(line)) continue;
        chosen.emplace_back(line);
        size += rendered_size(line);
    }
    const auto drop_from_the_end = [&](auto may_go) {
        for (std::size_t i = chosen.size(); i-- > 0 && size > budget;) {
            if (!may_go(chosen[i])) continue;
            size -= rendered_size(chosen[i]);
            chosen[i] = {};
        }
        std::erase(chosen, std::string_view());
    };
    drop_from_the_end(is_extension);
    drop_from_the_end([](std::string_view) { return true; });
    if (chosen.empty()) chosen.push_back(any_policy_line);
    return chosen;
}

std::string render_plain(std::span<const std::string_view> mx_patterns) {
    std::string text = "secure match=";
    for (const std::string_view pattern : mx_patterns) {
        if (text.back() != '=') text += ':';
        text += pattern.substr(pattern.front() == '*' ? 1 : 0);  // Postfix writes *.x as .x
    }
    text += servername;
    return text;
}

}  // namespace

Result<SecureText> SecureText::create(std::span<const std::string_view> mx_patterns,
                                      std::span<const std::string> policy_lines) {
    if (mx_patterns.empty()) return Error(ErrorKind::invalid, "mx is missing");
    std::string text = render_plain(mx_patterns);
    const std::size_t plain_size = text.size();
    if (plain_size > max_value)
        return Error(ErrorKind::invalid, "its " + std::to_string(mx_patterns.size())
                                             + " mx patterns make an answer longer than Postfix reads");

    std::size_t least = plain_size + before_domain.size() + max_domain + rendered_size(any_policy_line);
    for (const std::string_view pattern : mx_patterns)
        text.append(" mx_host_pattern=").append(pattern);
    least += text.size() - plain_size;
    if (least > max_value) {
        text.resize(plain_size);
        text.shrink_to_fit();
        return SecureText(std::move(text), plain_size);
    }
    const std::size_t budget = max_value - least + rendered_size(any_policy_line);
    for (const std::string_view line : choose_lines(policy_lines, budget))
        text.append(line_begin).append(line).append(line_end);
    text.shrink_to_fit();
    return SecureText(std::move(text), plain_size);
}

std::string_view SecureText::without_servername() const noexcept {
    return plain().substr(0, plain_size_ - servername.size());
}

std::size_t SecureText::tlsrpt_size(std::string_view policy_domain) const noexcept {
    if (!has_tlsrpt()) return plain_size_;
    return text_.size() + before_domain.size() + policy_domain.size();
}

void SecureText::append_tlsrpt(std::string& out, std::string_view policy_domain) const {
    out.append(plain());
    if (!has_tlsrpt()) return;
    out.append(before_domain).append(policy_domain).append(text_, plain_size_);
}

}  // namespace tlspolicy::postfix
