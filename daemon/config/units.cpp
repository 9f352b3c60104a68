#include "config/units.hpp"

#include "base/ascii.hpp"

#include <array>
#include <limits>

namespace tlspolicy::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 5> time_units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 3> size_units = {{{"MiB", 1024 * 1024}, {"KiB", 1024}, {"", 1}}};

Error not_a(std::string_view what) {
    return {ErrorKind::syntax, "is not " + std::string(what)};
}

// Far beyond every range that is configured, and small enough for the signed counts of std::chrono.
constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();

template <std::size_t count>
Result<std::uint64_t> parse_quantity(std::string_view text, const std::array<Unit, count>& units,
                                     std::string_view what) {
    std::size_t digits = 0;
    while (digits < text.size() && ascii::is_digit(text[digits]))
        ++digits;
    if (digits == 0) return not_a(what);
    const auto number = parse_number(text.substr(0, digits));
    if (!number) return number.error();
    for (const auto& [name, factor] : units) {
        if (text.substr(digits) != name) continue;
        if (*number > largest / factor) return Error(ErrorKind::syntax, "is too large");
        return *number * factor;
    }
    return not_a(what);
}

template <std::size_t count>
std::string to_text(std::uint64_t value, const std::array<Unit, count>& units) {
    for (const auto& [name, factor] : units)
        if (value != 0 && value % factor == 0) return std::to_string(value / factor) + std::string(name);
    return "0" + std::string(units.back().name);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    const auto milliseconds = parse_quantity(text, time_units, "a duration");
    if (!milliseconds) return milliseconds.error();
    return Duration(static_cast<Duration::rep>(*milliseconds));
}

Result<std::uint64_t> parse_size(std::string_view text) {
    return parse_quantity(text, size_units, "a size");
}

Result<std::uint64_t> parse_number(std::string_view text) {
    if (text.empty()) return not_a("a whole number");
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!ascii::is_digit(c)) return not_a("a whole number");
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (value > (largest - digit) / 10) return Error(ErrorKind::syntax, "is too large");
        value = value * 10 + digit;
    }
    return value;
}

Result<unsigned> parse_file_mode(std::string_view text) {
    constexpr std::string_view expected =
        "file permissions; allowed: octal, from \"0000\" to \"0777\", e.g. \"0660\"";
    if (text.size() != 3 && !(text.size() == 4 && text.front() == '0')) return not_a(expected);
    unsigned mode = 0;
    for (const char c : text) {
        if (c < '0' || c > '7') return not_a(expected);
        mode = mode * 8 + static_cast<unsigned>(c - '0');
    }
    return mode;
}

std::string to_text(Duration value) {
    return to_text(static_cast<std::uint64_t>(value.count()), time_units);
}

std::string size_to_text(std::uint64_t octets) {
    return to_text(octets, size_units);
}

}  // namespace tlspolicy::config
