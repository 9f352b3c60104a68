#pragma once

#include "base/error.hpp"

#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace tlspolicy::sts {

/// The TXT record at _mta-sts.<policy domain> that announces a policy (RFC 8461, 3.1).
struct Record {
    std::string id;  ///< 1 to 32 letters and digits; changes whenever the policy does

    friend bool operator==(const Record&, const Record&) = default;
};

/// Why the TXT records of a name announce no policy; printable text for logs and `explain`.
struct NoRecord {
    std::string why;
};

/// 1 to 32 letters and digits (STS-4).
bool is_valid_id(std::string_view text) noexcept;

/// One TXT record, its strings joined. Fails with kind `syntax`.
Result<Record> parse_record(std::string_view text);

/// The one record among all TXT records of the name: those with another beginning do not count, and more than
/// one that counts is as good as none.
std::variant<Record, NoRecord> find_record(std::span<const std::string> texts);

}  // namespace tlspolicy::sts
