#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::bench {

/// What kind of domain a name below bench.example belongs to; the letter it begins with.
enum class Family : char {
    policy = 'd',    ///< has a record and a policy
    none = 'n',      ///< does not exist
    mute = 'm',      ///< has a record; its policy host accepts connections and says nothing
    dane = 's',      ///< like `policy`, and its one mail host does DANE; all of it validated by DNSSEC
    unusable = 'u',  ///< the same, with TLSA records that nobody can use
};

struct Name {
    enum class Part { domain, record, policy_host, mail_host, tlsa };
    Family family;
    std::uint64_t number;
    Part part;
};

/// "d17.bench.example", and below it "_mta-sts", "mta-sts", "mx" and "_25._tcp.mx", any case.
/// nullopt: not a name of this internet.
std::optional<Name> parse_name(std::string_view text);

/// The policy of domain number `number`, one of `texts` different ones.
std::string policy_text(std::uint64_t number, std::uint64_t texts);

}  // namespace tlspolicy::bench
