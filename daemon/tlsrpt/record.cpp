#include "tlsrpt/record.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "sts/fields.hpp"

#include <algorithm>
#include <optional>

namespace tlspolicy::tlsrpt {
namespace {

constexpr std::string_view version = "v=TLSRPTv1";
constexpr std::size_t max_uris = 16;

Error bad(const std::string& why) {
    return {ErrorKind::syntax, why};
}

/// What follows the version, from its ';' on; nullopt where the text is no such record at all. Blanks may
/// stand before the ';', so that "v=TLSRPTv10;" is another version.
std::optional<std::string_view> after_version(std::string_view text) noexcept {
    if (!text.starts_with(version)) return std::nullopt;
    text.remove_prefix(version.size());
    text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty() || text.front() != ';') return std::nullopt;
    return text;
}

/// Takes off `text` what stands before the next `delimiter`, and the delimiter; without blanks around it.
std::string_view take(std::string_view& text, char delimiter) noexcept {
    const std::size_t end = std::min(text.find(delimiter), text.size());
    const std::string_view part = ascii::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

/// RFC 8460, 3: what the record itself needs (",", ";" and "!") is percent-encoded.
bool is_uri_text(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return ascii::is_printable(c)
               && std::string_view(" \"<>\\^`{|}!,;").find(c) == std::string_view::npos;
    });
}

void read_rua(std::string_view value, Record& record) {
    while (!value.empty()) {
        const std::string_view uri = take(value, ',');
        if (is_usable_uri(uri) && record.uris.size() < max_uris)
            record.uris.emplace_back(uri);
        else
            record.skipped.push_back(printable(uri, 100));
    }
}

}  // namespace

bool is_usable_uri(std::string_view uri) noexcept {
    constexpr std::string_view mail = "mailto:";
    constexpr std::string_view web = "https://";
    if (!is_uri_text(uri)) return false;
    if (ascii::equal_ignoring_case(uri.substr(0, mail.size()), mail)) {
        const std::string_view address = uri.substr(mail.size());
        const std::size_t at = address.find('@');
        return at != std::string_view::npos && at > 0 && at + 1 < address.size() && at == address.rfind('@')
               && address.find('?') == std::string_view::npos;
    }
    if (!ascii::equal_ignoring_case(uri.substr(0, web.size()), web)) return false;
    const std::string_view host = uri.substr(web.size());
    return !host.empty() && ascii::is_alphanumeric(host.front());
}

Result<Record> parse_record(std::string_view text) {
    const auto fields = after_version(text);
    if (!fields) return bad("it does not begin with v=TLSRPTv1;");
    Record record;
    bool rua_seen = false;
    std::string_view rest = fields->substr(1);
    while (!rest.empty()) {
        const std::string_view field = take(rest, ';');
        if (field.empty()) {
            if (ascii::trim(rest).empty()) break;  // the optional last ';'
            return bad("an empty field");
        }
        const std::size_t equals = std::min(field.find('='), field.size());
        const std::string_view name = field.substr(0, equals);
        if (equals == field.size() || !sts::is_field_name(name))
            return bad("\"" + printable(field, 60) + "\" is not name=value");
        if (name != "rua") continue;  // RFC 8460, 3: unknown fields are ignored
        rua_seen = true;
        read_rua(ascii::trim(field.substr(equals + 1)), record);
    }
    if (!rua_seen) return bad("rua is missing");
    if (record.uris.empty() && record.skipped.empty()) return bad("rua is empty");
    return record;
}

std::variant<Record, NoRecord> find_record(std::span<const std::string> texts) {
    const auto announces = [](const std::string& text) { return after_version(text).has_value(); };
    const auto resembles = [](const std::string& text) {
        return ascii::equal_ignoring_case(ascii::trim(text).substr(0, 8), "v=TLSRPT");
    };
    const auto count = std::count_if(texts.begin(), texts.end(), announces);
    if (count == 0)
        return NoRecord{"no TXT record begins with v=TLSRPTv1;",
                        std::any_of(texts.begin(), texts.end(), resembles)};
    if (count > 1) return NoRecord{std::to_string(count) + " TXT records begin with v=TLSRPTv1;", true};
    auto record = parse_record(*std::find_if(texts.begin(), texts.end(), announces));
    if (!record) return NoRecord{"the TXT record is invalid: " + record.error().message(), true};
    return std::move(*record);
}

}  // namespace tlspolicy::tlsrpt
