#pragma once

#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "dane/tlsa.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Bytes of a DNS reply (RFC 1035) → typed values; no socket, no clock.
namespace tlspolicy::dns {

enum class RecordType : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    mx = 15,
    txt = 16,
    aaaa = 28,
    opt = 41,
    tlsa = 52,
};

/// "TXT"; "TYPE65" for one without a name here (RFC 3597, 5).
std::string name_of(RecordType type);

/// Response codes, those of EDNS included (RFC 6895, 2.3).
enum class Rcode : std::uint16_t {
    no_error = 0,
    format_error = 1,
    server_failure = 2,
    nx_domain = 3,
    not_implemented = 4,
    refused = 5,
    bad_version = 16,
};

/// "SERVFAIL"; "RCODE23" for one without a name here.
std::string name_of(Rcode rcode);

/// Names are lower-case text without the last dot; an octet that is no letter, digit, '-' or '_' shows as
/// \DDD (RFC 1035, 5.1), so that two names are equal exactly when their texts are.
struct Question {
    std::string name;
    RecordType type = RecordType::txt;

    friend bool operator==(const Question&, const Question&) = default;
};

struct Record {
    /// The strings of a TXT record, joined without a separator (RFC 8461, 3.1).
    struct Text {
        std::string joined;
        friend bool operator==(const Text&, const Text&) = default;
    };
    struct Alias {
        std::string target;
        friend bool operator==(const Alias&, const Alias&) = default;
    };
    struct Exchange {
        std::uint16_t preference = 0;
        std::string host;  ///< empty: a null MX (RFC 7505)
        friend bool operator==(const Exchange&, const Exchange&) = default;
    };
    /// Of a type whose data nobody reads.
    struct Other {
        friend bool operator==(const Other&, const Other&) = default;
    };

    std::string owner;
    RecordType type = RecordType::txt;
    std::uint32_t ttl = 0;  ///< seconds
    std::variant<Other, Text, Alias, IpAddress, Exchange, dane::Tlsa> data;

    friend bool operator==(const Record&, const Record&) = default;
};

/// Why the server has no (better) answer (RFC 8914).
struct ExtendedError {
    std::uint16_t code = 0;
    std::string text;  ///< as the server sent it

    friend bool operator==(const ExtendedError&, const ExtendedError&) = default;
};

/// "DNSSEC Bogus: signature expired", printable and not too long; "EDE 77" for a code without a name here.
std::string text_of(const ExtendedError& error);

struct Reply {
    std::uint16_t id = 0;
    Rcode rcode = Rcode::no_error;
    bool truncated = false;      ///< TC: only the header and the question were read
    bool authenticated = false;  ///< AD: the server says that it validated this (RFC 4035, 3.2.3)
    Question question;
    std::vector<Record> answers;  ///< class IN only
    /// Seconds that "there is none" may be believed, from the SOA of the authority section (RFC 2308, 5).
    std::optional<std::uint32_t> negative_ttl;
    std::optional<ExtendedError> extended_error;  ///< the first, where there are several
};

/// Any bytes give a reply or an error that says what is wrong with them.
Result<Reply> parse_reply(std::span<const std::uint8_t> message);

}  // namespace tlspolicy::dns
