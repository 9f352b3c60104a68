#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy {

/// Each %XX made the octet that it stands for (RFC 3986, 2.1; tcp_table(5) codes its keys alike). nullopt: a
/// % without two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

}  // namespace tlspolicy
