#include "postfix/postconf.hpp"

#include "fuzz/target.hpp"
#include "postfix/table_list.hpp"

#include <string>

using namespace tlspolicy;
using tlspolicy::fuzz::invariant;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::as_text(data, size);
    for (const auto& [name, value] : postfix::parse_parameters(input)) {
        invariant(!name.empty() && name.find(' ') == std::string::npos, "a parameter has a name");
        invariant(value.find('\n') == std::string::npos, "a value ends with its line");
    }
    for (const auto& service : postfix::parse_services(input))
        invariant(!service.command.empty(), "a service has a command");
    for (const auto& setting : postfix::parse_service_settings(input))
        invariant(!setting.service.empty(), "a setting has a service");
    if (const auto version = postfix::parse_version(input))
        invariant(postfix::parse_version(version->text()) == version, "a version is read back as it was");

    std::string joined;
    const auto tables = postfix::parse_table_list(input);
    for (const auto& table : tables) {
        invariant(!table.text.empty(), "a table is not empty");
        joined += (joined.empty() ? "" : ", ") + table.text;
    }
    invariant(postfix::parse_table_list(joined) == tables, "a list is read back as it was");
    return 0;
}
