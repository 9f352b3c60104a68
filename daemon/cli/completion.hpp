#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace tlspolicy::cli {

/// What may stand in place of the last of `words` (the command line without the program's name), a line each:
/// "word<TAB>what it is". Asked of the command itself, so that no shell's completion knows other verbs and
/// options than there are. Domains, files and other values are the user's.
std::string candidates(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace tlspolicy::cli
