#include "inquiry/words.hpp"

#include <array>
#include <utility>

namespace tlspolicy::inquiry {
namespace {

using engine::Rule;

constexpr std::string_view by_dane =
    "Postfix delivers only to mail hosts with usable TLSA records, over TLS with a certificate that matches "
    "them; where there is no such host, the mail waits in its queue.";
constexpr std::string_view by_dane_where_possible =
    "Postfix looks at each mail host: one with usable TLSA records must show a certificate that matches "
    "them, one with unusable records must do TLS, any other gets the mail as with the level \"may\".";

/// What each level of smtp_tls_policy_maps asks for (TLS_README).
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> levels{{
    {"none", "Postfix delivers without TLS."},
    {"may",
     "Postfix uses TLS where the mail host offers it, looks at no certificate, and delivers without "
     "TLS elsewhere."},
    {"encrypt", "Postfix delivers over TLS alone, but looks at no certificate."},
    {"dane", by_dane_where_possible},
    {"dane-only", by_dane},
    {"fingerprint", "Postfix delivers over TLS alone, to a certificate with one of these fingerprints."},
    {"verify",
     "Postfix delivers over TLS alone, to a certificate that chains to a trusted root and names "
     "the mail host, which DNS could forge."},
    {"secure",
     "Postfix delivers over TLS alone, to a certificate that chains to a trusted root and has one "
     "of the names of match=; where no mail host shows one, the mail waits in its queue."},
}};

std::string deed_of_level(std::string_view text) {
    const auto word = text.substr(0, text.find(' '));
    for (const auto& [level, deed] : levels)
        if (level == word) return std::string(deed);
    return "Postfix does what this level means in smtp_tls_policy_maps.";
}

struct Deed {
    std::string operator()(const postfix::Found&) const { return deed_of_level("secure"); }
    std::string operator()(const postfix::Dane& dane) const {
        return deed_of_level(dane.only ? "dane-only" : "dane");
    }
    std::string operator()(const postfix::Overridden& overridden) const {
        return deed_of_level(*overridden.text);
    }
    std::string operator()(const postfix::NotFound&) const {
        return "Postfix goes on with its own smtp_tls_security_level, as for any domain without a policy.";
    }
    std::string operator()(const postfix::Temp&) const {
        return "Postfix keeps the mail in its queue, logs the reason, and asks again when it tries again.";
    }
    std::string operator()(const postfix::Perm&) const {
        return "Postfix takes it for a fault of its configuration, and keeps the mail in its queue.";
    }
};

}  // namespace

std::string deed_of(const postfix::Answer& answer) {
    return std::visit(Deed{}, answer);
}

std::string_view words_for(Rule rule) noexcept {
    switch (rule) {
        case Rule::policy_enforced:
            return "an MTA-STS policy is in force (RFC 8461, 5), and DANE has no say";
        case Rule::policy_testing:
            return "the MTA-STS policy has mode testing: failures are reported, mail goes as without it "
                   "(RFC 8461, 5)";
        case Rule::policy_none:
            return "the MTA-STS policy has mode none: as without a policy (RFC 8461, 5)";
        case Rule::no_record:
            return "the domain announces no MTA-STS policy (RFC 8461, 3.1)";
        case Rule::policy_unavailable:
            return "the domain announces an MTA-STS policy, but there is none to be had: as without it "
                   "(RFC 8461, 3.3)";
        case Rule::record_not_known:
            return "nobody knows whether the domain announces an MTA-STS policy, and none is cached: the "
                   "map's on_dns_failure decides";
        case Rule::all_hosts_usable:
            return "every mail host does DANE, which goes before MTA-STS (RFC 8461, 2)";
        case Rule::some_hosts_usable:
            return "some mail hosts do DANE, and no MTA-STS policy is in force: Postfix judges host by host";
        case Rule::some_hosts_usable_enforced:
            return "some mail hosts do DANE, and an MTA-STS policy is in force: the others are left out";
        case Rule::hosts_undecided:
            return "a lookup on the way to DANE failed, and no MTA-STS policy is in force: Postfix judges "
                   "host by host";
        case Rule::hosts_undecided_enforced:
            return "a lookup on the way to DANE failed, and MTA-STS must not override DANE (RFC 8461, 2)";
        case Rule::hosts_unusable:
            return "the mail hosts have TLSA records that nobody can use, and no MTA-STS policy is in force: "
                   "they must do TLS (RFC 7672, 2.2)";
        case Rule::hosts_insecure:
            return "mail hosts do DANE, but DNSSEC does not vouch for the list of them, and no MTA-STS "
                   "policy "
                   "is in force";
        case Rule::hosts_not_known_enforced:
            return "the list of mail hosts could not be looked up, and MTA-STS must not override DANE "
                   "(RFC 8461, 2)";
    }
    return "";
}

std::string_view words_for(dane::Standing standing) noexcept {
    using dane::Standing;
    switch (standing) {
        case Standing::none:
            return "no mail host does DANE";
        case Standing::insecure_hosts:
            return "hosts do DANE, but the list of them is not secure";
        case Standing::unusable:
            return "hosts publish TLSA records, none of which can be used";
        case Standing::undecided:
            return "no host is known to do DANE, and a lookup failed";
        case Standing::some_usable:
            return "some mail hosts do DANE";
        case Standing::all_usable:
            return "every mail host does DANE";
        case Standing::hosts_not_known:
            return "the list of mail hosts could not be looked up";
    }
    return "";
}

std::string_view words_for(dane::HostState state) noexcept {
    using dane::HostState;
    switch (state) {
        case HostState::usable:
            return "does DANE";
        case HostState::unusable:
            return "its TLSA records cannot be used";
        case HostState::no_dane:
            return "does no DANE";
        case HostState::failed:
            return "a lookup failed";
        case HostState::no_addresses:
            return "has no address: no mail is delivered there";
    }
    return "";
}

}  // namespace tlspolicy::inquiry
