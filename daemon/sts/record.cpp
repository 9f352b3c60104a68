#include "sts/record.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "sts/fields.hpp"

#include <algorithm>
#include <optional>

namespace tlspolicy::sts {
namespace {

constexpr std::string_view version = "v=STSv1";
constexpr std::size_t max_id = 32;

Error bad(const std::string& why) {
    return {ErrorKind::syntax, why};
}

/// What follows the version, from its ';' on; nullopt where the text is not a policy record at all. Blanks
/// may stand before the ';', so that "v=STSv10;" is another version and "v=STSv1 ;" is this one.
std::optional<std::string_view> after_version(std::string_view text) noexcept {
    if (text.substr(0, version.size()) != version) return std::nullopt;
    text.remove_prefix(version.size());
    text = text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty() || text.front() != ';') return std::nullopt;
    return text;
}

/// sts-ext-value: visible ASCII without '=' (and ';', which has already split the fields).
bool is_extension_value(std::string_view value) noexcept {
    return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return ascii::is_printable(c) && c != ' ' && c != '=' && c != ';';
    });
}

}  // namespace

bool is_valid_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= max_id
           && std::all_of(text.begin(), text.end(), ascii::is_alphanumeric);
}

Result<Record> parse_record(std::string_view text) {
    const auto fields = after_version(text);
    if (!fields) return bad("it does not begin with v=STSv1;");

    std::optional<std::string_view> id;
    std::string_view rest = *fields;
    while (!rest.empty()) {
        rest.remove_prefix(1);  // the ';'
        const std::size_t end = std::min(rest.find(';'), rest.size());
        const std::string_view field = ascii::trim(rest.substr(0, end));
        rest.remove_prefix(end);
        if (field.empty()) {
            if (rest.empty()) break;  // the optional last ';'
            return bad("an empty field");
        }
        const std::size_t equals = std::min(field.find('='), field.size());
        const std::string_view name = field.substr(0, equals);
        if (equals == field.size() || !is_field_name(name))
            return bad("\"" + printable(field, 60) + "\" is not name=value");
        const std::string_view value = field.substr(equals + 1);
        // RFC 8461, 3.1: of a repeated field the first counts; a later one need only be well-formed.
        const bool valid = name == "id" && !id ? is_valid_id(value) : is_extension_value(value);
        if (!valid) return bad(std::string(name) + " has the invalid value \"" + printable(value, 60) + "\"");
        if (name == "id" && !id) id = value;
    }
    if (!id) return bad("id is missing");
    return Record{std::string(*id)};
}

std::variant<Record, NoRecord> find_record(std::span<const std::string> texts) {
    const auto announces = [](const std::string& text) { return after_version(text).has_value(); };
    const auto count = std::count_if(texts.begin(), texts.end(), announces);
    if (count == 0) return NoRecord{"no TXT record begins with v=STSv1;"};
    if (count > 1) return NoRecord{std::to_string(count) + " TXT records begin with v=STSv1;"};

    auto record = parse_record(*std::find_if(texts.begin(), texts.end(), announces));
    if (!record) return NoRecord{"the TXT record is invalid: " + record.error().message()};
    return std::move(*record);
}

}  // namespace tlspolicy::sts
