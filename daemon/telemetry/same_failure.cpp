#include "telemetry/same_failure.hpp"

#include "base/ip_address.hpp"

#include <algorithm>

namespace tlspolicy::telemetry {
namespace {

std::string_view take_word(std::string_view& text) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
}

bool is_milliseconds(std::string_view word, std::string_view rest) {
    const bool digits = std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && take_word(rest) == "ms";
}

/// With the signs around it: "192.0.2.1:", "192.0.2.1)".
bool is_address(std::string_view word) {
    if (!word.empty() && (word.back() == ':' || word.back() == ')' || word.back() == ','))
        word.remove_suffix(1);
    return IpAddress::parse(word).has_value();
}

}  // namespace

bool is_same_failure(std::string_view before, std::string_view now) {
    while (!before.empty() && !now.empty()) {
        const auto was = take_word(before);
        const auto is = take_word(now);
        if (was == is) continue;
        const bool both_times = is_milliseconds(was, before) && is_milliseconds(is, now);
        if (!both_times && !(is_address(was) && is_address(is))) return false;
    }
    return before == now;
}

}  // namespace tlspolicy::telemetry
