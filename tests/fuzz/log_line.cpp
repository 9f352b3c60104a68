#include "app/log_line.hpp"

#include "fuzz/target.hpp"

#include <string>

using namespace tlspolicy::app;
using tlspolicy::fuzz::invariant;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = tlspolicy::fuzz::as_text(data, size);
    const LogLine line = parse_log_line(text);
    std::size_t parts = line.event.size();
    for (const auto& [key, value] : line.fields) {
        parts += key.size() + value.size();
        const std::string name = journal_name(key);
        invariant(name.size() <= 64, "the journal takes the name of a field");
    }
    invariant(parts <= text.size(), "no part is read twice");
    const std::string json = to_json("time", "level", line);
    invariant(json.front() == '{' && json.back() == '}', "it is an object");
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const auto c = static_cast<unsigned char>(json[i]);
        invariant(c >= 0x20 && c != 0x7F, "it is one line, without control characters");
        if (in_string && c == '\\')
            ++i;
        else if (c == '"')
            in_string = !in_string;
    }
    invariant(!in_string, "its strings end");
    return 0;
}
