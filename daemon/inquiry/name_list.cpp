#include "inquiry/name_list.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "postfix/socketmap.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tlspolicy::inquiry {

Result<std::vector<std::string>> read_names(std::string_view text) {
    std::vector<std::string> names;
    for (std::size_t number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const auto name = ascii::trim(line.substr(0, line.find('#')));
        if (name.empty()) continue;
        if (name.find_first_of(" \t") != std::string_view::npos)
            return Error(ErrorKind::syntax,
                         fmt::format("line {}: \"{}\" is more than one name", number, printable(name, 60)));
        if (name.size() > postfix::max_key)
            return Error(ErrorKind::syntax,
                         fmt::format("line {}: a name of more than {} octets", number, postfix::max_key));
        names.emplace_back(name);
    }
    return names;
}

}  // namespace tlspolicy::inquiry
