#include "app/log_line.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tlspolicy::app {
namespace {

bool is_key(std::string_view word) {
    return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// The text up to `mark`, which is taken away together with it; all of it where there is none.
std::string_view take_until(std::string_view& text, char mark) {
    const auto end = text.find(mark);
    const auto taken = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return taken;
}

/// How many octets the UTF-8 character at the front has (RFC 3629); 0: there is none.
std::size_t utf8_length(std::string_view text) {
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned lead = at(0);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (length == 1) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((at(i) & 0xC0U) != 0x80) return 0;
    const unsigned second = at(1);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return overlong || outside ? 0 : length;
}

void append_string(std::string& json, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    json += '"';
    while (!text.empty()) {
        const char c = text.front();
        const std::size_t length = utf8_length(text);
        if (length == 0) {
            json += "\\ufffd";
        } else if (c == '"' || c == '\\') {
            json.append(1, '\\').append(1, c);
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            json.append("\\u00").append(1, hex[static_cast<unsigned char>(c) >> 4U]);
            json += hex[static_cast<unsigned char>(c) & 0xFU];
        } else {
            json += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    json += '"';
}

}  // namespace

LogLine parse_log_line(std::string_view text) {
    LogLine line;
    line.event = take_until(text, ' ');
    while (!text.empty()) {
        const auto stop = text.find_first_of(" =");
        if (stop == text.npos) break;
        if (text[stop] == ' ') {
            text.remove_prefix(stop + 1);
            continue;
        }
        const auto key = take_until(text, '=');
        std::string_view value;
        if (text.starts_with('"')) {
            text.remove_prefix(1);
            value = take_until(text, '"');
            if (text.starts_with(' ')) text.remove_prefix(1);
        } else {
            value = take_until(text, ' ');
        }
        if (is_key(key)) line.fields.push_back({key, value});
    }
    return line;
}

std::string to_json(std::string_view time, std::string_view level, const LogLine& line) {
    std::string json;
    const auto append = [&json](std::string_view key, std::string_view value) {
        json += json.empty() ? '{' : ',';
        append_string(json, key);
        json += ':';
        append_string(json, value);
    };
    constexpr std::array<std::string_view, 3> own{"time", "level", "event"};
    append(own[0], time);
    append(own[1], level);
    append(own[2], line.event);
    for (auto field = line.fields.begin(); field != line.fields.end(); ++field) {
        const auto same = [&](const LogLine::Field& other) { return other.key == field->key; };
        const bool repeated = std::find(own.begin(), own.end(), field->key) != own.end()
                              || std::any_of(line.fields.begin(), field, same);
        if (!repeated) append(field->key, field->value);
    }
    return json += '}';
}

std::string journal_name(std::string_view key) {
    constexpr std::size_t longest = 64;
    std::string name = "TLSPOLICYD_";
    if (!is_key(key) || name.size() + key.size() > longest) return {};
    for (const char c : key)
        name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

}  // namespace tlspolicy::app
