#include "postfix/tls_policy_text.hpp"

#include "base/ascii.hpp"
#include "base/domain.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace tlspolicy::postfix {
namespace {

constexpr std::size_t longest = 2000;

constexpr std::array<std::string_view, 9> levels{"none", "may",       "encrypt", "fingerprint", "half-dane",
                                                 "dane", "dane-only", "verify",  "secure"};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

Error wrong(const std::string& message) {
    return {ErrorKind::syntax, message};
}

/// Postfix separates words with blanks and commas.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \t,"), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

/// "a.example", ".example.com", or one of Postfix's own words for names that it knows.
bool is_match_pattern(std::string_view pattern) {
    if (is_one_of(pattern, {"hostname", "nexthop", "dot-nexthop"})) return true;
    if (!pattern.empty() && pattern.front() == '.') pattern.remove_prefix(1);
    return Domain::parse(pattern).has_value();
}

bool all_are(std::string_view list, char separator, bool (*is_right)(std::string_view)) {
    for (;;) {
        const auto end = std::min(list.find(separator), list.size());
        if (!is_right(list.substr(0, end))) return false;
        if (end == list.size()) return true;
        list.remove_prefix(end + 1);
    }
}

bool is_hexadecimal(char c) {
    const char lower = ascii::to_lower(c);
    return ascii::is_digit(c) || (lower >= 'a' && lower <= 'f');
}

/// "AB:CD:…", a digest of at least 16 octets.
bool is_fingerprint(std::string_view text) {
    constexpr std::size_t shortest = 32;  // digits of MD5, which Postfix 3 still knows
    std::size_t digits = 0;
    for (const char c : text) {
        if (is_hexadecimal(c))
            ++digits;
        else if (c != ':')
            return false;
    }
    return digits >= shortest && digits % 2 == 0;
}

bool is_protocol_name(std::string_view word) {
    constexpr std::array<std::string_view, 6> names{"SSLv2",   "SSLv3",   "TLSv1",
                                                    "TLSv1.1", "TLSv1.2", "TLSv1.3"};
    return std::any_of(names.begin(), names.end(),
                       [word](std::string_view name) { return ascii::equal_ignoring_case(word, name); });
}

/// A version as TLS writes it: "303", "0303", "0x0303".
bool is_protocol_number(std::string_view word) {
    if (word.starts_with("0x")) word.remove_prefix(2);
    if (word.starts_with('0')) word.remove_prefix(1);
    return word.size() == 3 && std::all_of(word.begin(), word.end(), is_hexadecimal);
}

/// "TLSv1.2" and "!TLSv1"; since Postfix 3.6 also ">=TLSv1.2" and "<=0304".
bool is_protocol(std::string_view word) {
    if (word.starts_with(">=") || word.starts_with("<=")) {
        word.remove_prefix(2);
        return is_protocol_number(word) || is_protocol_name(word);
    }
    if (word.starts_with('!')) word.remove_prefix(1);
    return is_protocol_name(word);
}

/// "aNULL", "RC4", "kECDH+aRSA": OpenSSL's names of ciphers, without its operators, which are Postfix's own.
bool is_cipher(std::string_view word) {
    if (word.empty() || word.front() == '-' || word.front() == '+') return false;
    return std::all_of(word.begin(), word.end(), [](char c) {
        return ascii::is_alphanumeric(c) || c == '-' || c == '+' || c == '_' || c == '.';
    });
}

struct Attribute {
    std::string_view name;
    std::string_view value;
};

/// What is wrong with it at this level; empty: nothing.
std::string fault_of(const Attribute& attribute, std::string_view level) {
    const auto [name, value] = attribute;
    if (level == "none") return "has attributes, which mean nothing without TLS";
    if (name == "match") {
        if (level == "fingerprint")
            return all_are(value, '|', is_fingerprint) ? "" : "has a match= that is no list of fingerprints";
        if (!is_one_of(level, {"verify", "secure"})) return "has a match=, which this level does not know";
        return all_are(value, ':', is_match_pattern) ? "" : "has a match= that is no list of names";
    }
    if (name == "tafile") {
        if (!is_one_of(level, {"verify", "secure"})) return "has a tafile=, which this level does not know";
        return value.starts_with('/') ? "" : "has a tafile= that is not an absolute path";
    }
    if (name == "servername")
        return value == "hostname" || Domain::parse(value).has_value() ? ""
                                                                       : "has a servername= that is no name";
    if (name == "ciphers")
        return is_one_of(value, {"export", "low", "medium", "high", "null"}) ? "" : "has unknown ciphers=";
    if (is_one_of(name, {"connection_reuse", "enable_rpk"}))
        return is_one_of(value, {"yes", "no"}) ? "" : "has a switch that is neither yes nor no";
    if (name == "protocols") return all_are(value, ':', is_protocol) ? "" : "has an unknown protocol";
    if (name == "exclude")
        return all_are(value, ':', is_cipher) ? "" : "has an exclude= that is no list of ciphers";
    return "has an attribute that is not known here";
}

constexpr std::string_view allowed =
    "; allowed: notfound, or a level (none, may, encrypt, fingerprint, half-dane, dane, dane-only, verify, "
    "secure) and its attributes (match, servername, tafile, protocols, ciphers, exclude, connection_reuse, "
    "enable_rpk)";

}  // namespace

Result<std::string> parse_tls_policy_text(std::string_view text) {
    const bool printable = std::all_of(text.begin(), text.end(), [](char c) {
        return (ascii::is_printable(c) && c != '{' && c != '}') || c == '\t';
    });
    if (!printable || text.size() > longest)
        return wrong("is not a short text of ASCII without braces" + std::string(allowed));
    const auto words = words_of(text);
    if (words.empty() || std::find(levels.begin(), levels.end(), words.front()) == levels.end())
        return wrong("does not begin with a TLS level" + std::string(allowed));
    std::string answer(words.front());
    std::vector<std::string_view> seen;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        if (equals == std::string_view::npos)
            return wrong("has a word that is no attribute=value" + std::string(allowed));
        const Attribute attribute{words[i].substr(0, equals), words[i].substr(equals + 1)};
        const std::string fault = fault_of(attribute, words.front());
        if (!fault.empty()) return wrong(fault + std::string(allowed));
        if (std::find(seen.begin(), seen.end(), attribute.name) != seen.end())
            return wrong("has an attribute twice" + std::string(allowed));
        seen.push_back(attribute.name);
        answer.append(1, ' ').append(words[i]);
    }
    if (words.front() == "fingerprint" && std::find(seen.begin(), seen.end(), "match") == seen.end())
        return wrong("has no match= with the fingerprints" + std::string(allowed));
    return answer;
}

}  // namespace tlspolicy::postfix
