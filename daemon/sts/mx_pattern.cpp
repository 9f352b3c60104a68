#include "sts/mx_pattern.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"

#include <algorithm>

namespace tlspolicy::sts {

Result<MxPattern> MxPattern::parse(std::string_view value) {
    const std::string context = "mx \"" + printable(value, 100) + "\"";
    // RFC 8461, 3.2: U-labels are not allowed here, so none is converted.
    if (!std::all_of(value.begin(), value.end(), ascii::is_ascii))
        return Error(ErrorKind::invalid, "only A-labels may stand in it").in(context);

    const std::string_view prefix = value.substr(0, 2) == "*." ? "*." : "";
    const auto domain = Domain::parse(value.substr(prefix.size()));
    if (!domain) return domain.error().as(ErrorKind::invalid).in(context);
    return MxPattern(std::string(prefix).append(domain->text()));
}

bool MxPattern::matches(const Domain& mx) const noexcept {
    if (!wildcard()) return mx.text() == text();
    const std::size_t first_label = mx.text().find('.');
    return mx.text().substr(first_label) == match_text();
}

}  // namespace tlspolicy::sts
