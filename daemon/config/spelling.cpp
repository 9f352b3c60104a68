#include "config/spelling.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace tlspolicy::config {
namespace {

/// Optimal string alignment distance, letter case ignored.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    const auto same = [&](std::size_t i, std::size_t j) {
        return ascii::to_lower(a[i - 1]) == ascii::to_lower(b[j - 1]);
    };
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last.swap(last);
        last.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same(i, j) ? 0 : 1)});
            if (i > 1 && j > 1 && same(i, j - 1) && same(i - 1, j))
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view typed, const std::vector<std::string>& words) {
    constexpr std::size_t longest_typed = 40;  // no key is nearly that long
    if (typed.size() > longest_typed) return std::nullopt;
    std::optional<std::string> best;
    std::size_t best_distance = 0;
    for (const std::string& word : words) {
        const std::size_t here = distance(typed, word);
        if (here > std::max<std::size_t>(1, word.size() / 3)) continue;
        if (best && here >= best_distance) continue;
        best = word;
        best_distance = here;
    }
    return best;
}

}  // namespace tlspolicy::config
