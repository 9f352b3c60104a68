#include "sts/policy.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "sts/fields.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace tlspolicy::sts {
namespace {

constexpr std::size_t max_age_digits = 10;  // RFC 8461, 3.2

Error invalid(std::string message) {
    return {ErrorKind::invalid, std::move(message)};
}

std::string quoted(std::string_view text) {
    return "\"" + printable(text, 60) + "\"";
}

/// Takes the first line off `body`, its LF or CRLF too.
std::string_view take_line(std::string_view& body) noexcept {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

Result<Mode> parse_mode(std::string_view value) {
    for (const Mode mode : {Mode::enforce, Mode::testing, Mode::none})
        if (value == name_of(mode)) return mode;
    return invalid("mode " + quoted(value) + " is not enforce, testing or none");
}

Result<std::chrono::seconds> parse_max_age(std::string_view value) {
    if (value.empty() || value.size() > max_age_digits
        || !std::all_of(value.begin(), value.end(), ascii::is_digit))
        return invalid("max_age " + quoted(value) + " is not 1 to 10 digits");
    std::chrono::seconds::rep seconds = 0;
    for (const char digit : value)
        seconds = seconds * 10 + (digit - '0');
    return std::min(std::chrono::seconds(seconds), longest_max_age);
}

using Kind = LineVerdict::Kind;

/// Collects the fields of one body, line by line.
class PolicyReader {
public:
    Result<Kind> read(std::string_view line);
    std::vector<std::string> missing() const;
    Result<Policy> finish() &&;

private:
    Result<Kind> read_field(std::string_view name, std::string_view value);

    bool version_seen_ = false;
    std::optional<Mode> mode_;
    std::optional<std::chrono::seconds> max_age_;
    Policy policy_;
};

Result<Kind> PolicyReader::read(std::string_view line) {
    // The grammar knows no empty line, but real policies end in one; it says nothing, so it harms nothing.
    if (ascii::trim(line).empty()) return Kind::blank;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return invalid(quoted(line) + " has no colon");
    const std::string_view name = line.substr(0, colon);
    if (!is_field_name(name)) return invalid(quoted(name) + " is not a field name");
    const std::string_view value = ascii::trim(line.substr(colon + 1));
    if (!is_policy_text(value))
        return invalid(std::string(name) + " " + quoted(value) + " holds a control or malformed UTF-8");
    policy_.lines.emplace_back(line);
    return read_field(name, value);
}

/// RFC 8461, 3.2: of a repeated field other than mx the first counts, so a later one is not even looked at.
Result<Kind> PolicyReader::read_field(std::string_view name, std::string_view value) {
    if (name == "version") {
        if (version_seen_) return Kind::repeated;
        if (value != "STSv1") return invalid("version " + quoted(value) + " is not STSv1");
        version_seen_ = true;
    } else if (name == "mode") {
        if (mode_) return Kind::repeated;
        const auto mode = parse_mode(value);
        if (!mode) return mode.error();
        mode_ = *mode;
    } else if (name == "max_age") {
        if (max_age_) return Kind::repeated;
        const auto max_age = parse_max_age(value);
        if (!max_age) return max_age.error();
        max_age_ = *max_age;
    } else if (name == "mx") {
        auto pattern = MxPattern::parse(value);
        if (!pattern) return pattern.error();
        policy_.mx.push_back(std::move(*pattern));
    } else {
        if (value.empty()) return invalid(std::string(name) + " has no value");
        return Kind::extension;
    }
    return Kind::field;
}

std::vector<std::string> PolicyReader::missing() const {
    std::vector<std::string> names;
    if (!version_seen_) names.emplace_back("version is missing");
    if (!mode_) names.emplace_back("mode is missing");
    if (!max_age_) names.emplace_back("max_age is missing");
    if (policy_.mx.empty() && mode_ && *mode_ != Mode::none) names.emplace_back("mx is missing");
    return names;
}

Result<Policy> PolicyReader::finish() && {
    if (auto names = missing(); !names.empty()) return invalid(std::move(names.front()));
    policy_.mode = *mode_;
    policy_.max_age = *max_age_;
    policy_.mx.shrink_to_fit();  // it is kept for months
    policy_.lines.shrink_to_fit();
    return std::move(policy_);
}

std::optional<Error> mark_at_start(std::string_view body) {
    if (body.substr(0, 3) != "\xEF\xBB\xBF") return std::nullopt;
    return invalid("it begins with a byte order mark");
}

}  // namespace

std::string_view name_of(Mode mode) noexcept {
    switch (mode) {
        case Mode::enforce:
            return "enforce";
        case Mode::testing:
            return "testing";
        case Mode::none:
            return "none";
    }
    return "unknown";
}

Result<Policy> parse_policy(std::string_view body) {
    if (const auto mark = mark_at_start(body)) return mark->in("line 1");
    PolicyReader reader;
    for (std::size_t number = 1; !body.empty(); ++number) {
        const auto read = reader.read(take_line(body));
        if (!read) return read.error().in("line " + std::to_string(number));
    }
    return std::move(reader).finish();
}

Reading read_lines(std::string_view body) {
    Reading reading;
    PolicyReader reader;
    auto mark = mark_at_start(body);
    for (std::size_t number = 1; !body.empty(); ++number) {
        const std::string_view line = take_line(body);
        const Result<Kind> read = mark ? Result<Kind>(*std::exchange(mark, std::nullopt)) : reader.read(line);
        LineVerdict verdict{number, std::string(line)};
        verdict.kind = read ? *read : Kind::wrong;
        if (!read) verdict.why = read.error().message();
        reading.lines.push_back(std::move(verdict));
    }
    reading.missing = reader.missing();
    return reading;
}

}  // namespace tlspolicy::sts
