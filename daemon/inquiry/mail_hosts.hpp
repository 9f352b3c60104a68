#pragma once

#include "inquiry/explanation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::inquiry {

/// The TLSA records that were asked for at one name.
struct TlsaSet {
    std::string name;                                                    ///< "_25._tcp.mx.example.com"
    const Step<engine::DnsAnswer<engine::TlsaRecords>>* step = nullptr;  ///< never null
};

/// One mail host with all that was found out about it; it points into the explanation.
struct MailHost {
    std::string name;
    std::optional<std::uint16_t> preference = {};          ///< nullopt: no MX record names it
    std::optional<std::string> pattern = {};               ///< of the policy, that it matches (RFC 8461, 4.1)
    const Step<engine::HostRecords>* addresses = nullptr;  ///< null: not looked up
    std::vector<TlsaSet> tlsa = {};
    std::optional<dane::HostState> state = {};  ///< nullopt: not judged
};

/// In the order in which Postfix would try them.
std::vector<MailHost> mail_hosts(const Explanation& explanation);

/// The policy that is known, valid or not in force any more; null: none.
const cache::Cached* policy_of(const Explanation& explanation);

}  // namespace tlspolicy::inquiry
