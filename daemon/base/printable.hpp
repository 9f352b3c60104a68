#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tlspolicy {

/// Remote text made fit for a log line or a reply: bytes outside printable ASCII, '"' and '\' become \xHH,
/// and what goes beyond `limit` input bytes is cut and marked "...". The one place where remote text is
/// escaped.
std::string printable(std::string_view text, std::size_t limit = 200);

/// A sentence of our own made fit for a value in quotes: each '"' becomes "'". What is remote in it went
/// through printable() before.
std::string in_quotes(std::string sentence);

}  // namespace tlspolicy
