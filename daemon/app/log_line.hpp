#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::app {

/// A line of our own log in its parts: `event key=value key="value with blanks"`. Values that strangers had a
/// say in hold no '"': printable() has escaped it.
struct LogLine {
    struct Field {
        std::string_view key;
        std::string_view value;
    };
    std::string_view event;
    std::vector<Field> fields;
};

/// Parts of `text`. Words that are no field are left out; `text` itself has them.
LogLine parse_log_line(std::string_view text);

/// `{"time":…,"level":…,"event":…,"domain":…}`, one line without its end. Bytes that are not UTF-8 become
/// U+FFFD, so that it is always JSON.
std::string to_json(std::string_view time, std::string_view level, const LogLine& line);

/// "max_age" as the journal wants it: TLSPOLICYD_MAX_AGE; "" where it cannot be a field's name
/// (systemd.journal-fields(7)).
std::string journal_name(std::string_view key);

}  // namespace tlspolicy::app
