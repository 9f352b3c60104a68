#pragma once

#include "base/wall_clock.hpp"
#include "cli/palette.hpp"
#include "cli/verb.hpp"
#include "inquiry/source.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The forms in which "tlspolicy bulk" prints what it was answered.
namespace tlspolicy::cli {

/// A name and what it was answered; where two were asked, by the other too.
struct BulkRow {
    std::string key;
    Result<std::string> said;
    Result<std::string> other = std::string();
};

/// Only the rows whose two answers are not the same, octet by octet; failures are kept.
std::vector<BulkRow> differences(std::vector<BulkRow> rows);

enum class Columns : std::uint8_t { one, both };  ///< `both`: of a comparison

std::string to_table(const std::vector<BulkRow>& rows, Columns columns, const Palette& palette,
                     std::size_t width);

/// An object a line.
std::string to_json_lines(const std::vector<BulkRow>& rows, Columns columns);

/// What the answers themselves ask for: PERM is a problem; whatever else is neither OK nor NOTFOUND leaves
/// open what the answer is.
Exit exit_of(const std::vector<BulkRow>& rows, Columns columns) noexcept;

/// How many names have no definite answer, and the first of them: "2 of 9 names ...". Empty: all have one.
std::string open_names(const std::vector<BulkRow>& rows, Columns columns);

/// The input of postmap(1), or a texthash: table. What has no policy has no line; a lookup that failed or is
/// to be tried again has a comment, and so has an answer that no table can hold. Of names that are one domain
/// the first counts.
std::string to_postmap(const std::vector<BulkRow>& rows, std::string_view map, WallTime now);

}  // namespace tlspolicy::cli
