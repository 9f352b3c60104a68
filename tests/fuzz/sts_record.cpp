#include "base/ascii.hpp"
#include "fuzz/target.hpp"
#include "sts/record.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace tlspolicy;
using tlspolicy::fuzz::invariant;

namespace {

std::vector<std::string> split_lines(std::string_view text) {
    std::vector<std::string> lines;
    while (true) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        if (end == text.size()) return lines;
        text.remove_prefix(end + 1);
    }
}

void check(const sts::Record& record) {
    invariant(!record.id.empty() && record.id.size() <= 32, "an id has 1 to 32 characters");
    invariant(std::all_of(record.id.begin(), record.id.end(), ascii::is_alphanumeric),
              "an id is letters and digits");
}

}  // namespace

/// The input is the TXT records of a name, one a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<std::string> texts = split_lines(fuzz::as_text(data, size));
    std::size_t beginning_right = 0;
    const std::string* candidate = nullptr;
    for (const std::string& text : texts) {
        const auto record = sts::parse_record(text);
        if (record) {
            invariant(text.substr(0, 7) == "v=STSv1", "a record begins with its version");
            invariant(text.find(record->id) != std::string::npos, "the id stands in the record");
            invariant(*sts::parse_record("v=STSv1; id=" + record->id) == *record, "the id makes a record");
            check(*record);
        }
        const std::size_t after = text.find_first_not_of(" \t", 7 <= text.size() ? 7 : text.size());
        if (text.substr(0, 7) != "v=STSv1" || after == std::string::npos || text[after] != ';') continue;
        ++beginning_right;
        candidate = &text;
    }

    const auto found = sts::find_record(texts);
    if (const auto* record = std::get_if<sts::Record>(&found)) {
        check(*record);
        invariant(beginning_right == 1, "the one record is the only one");
        invariant(*sts::parse_record(*candidate) == *record, "and it is the right one");
        return 0;
    }
    const std::string& why = std::get<sts::NoRecord>(found).why;
    invariant(beginning_right != 1 || sts::parse_record(*candidate).has_error(), "a valid record is found");
    invariant(!why.empty() && why.size() < 1000, "the reason is bounded");
    invariant(std::all_of(why.begin(), why.end(), ascii::is_printable), "the reason is printable");
    return 0;
}
