#pragma once

#include "base/error.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The TXT record at _smtp._tls.<domain> that asks for TLS reports (RFC 8460, 3). Pure.
namespace tlspolicy::tlsrpt {

struct Record {
    std::vector<std::string> uris;     ///< where reports may go, "mailto:..." or "https://..."; may be empty
    std::vector<std::string> skipped;  ///< printable: other values of rua, which nobody can send to

    friend bool operator==(const Record&, const Record&) = default;
};

/// Why the TXT records of a name ask for no reports.
struct NoRecord {
    std::string why;   ///< printable
    bool any = false;  ///< there is a TXT record that means to
};

/// "mailto:" and one address without header fields, or "https://" and a host; nothing that the record itself,
/// a shell, a header or a log line could trip over.
bool is_usable_uri(std::string_view uri) noexcept;

/// One TXT record, its strings joined. Fails with kind `syntax`.
Result<Record> parse_record(std::string_view text);

/// The one record among all TXT records of the name: those with another beginning do not count, and more than
/// one that counts is as good as none.
std::variant<Record, NoRecord> find_record(std::span<const std::string> texts);

}  // namespace tlspolicy::tlsrpt
