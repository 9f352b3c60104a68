#include "cli/explain_sections.hpp"
#include "dane/tlsa.hpp"
#include "inquiry/mail_hosts.hpp"
#include "inquiry/words.hpp"

#include <fmt/format.h>

#include <string>

namespace tlspolicy::cli {
namespace {

using inquiry::MailHost;

std::string_view secured(bool secure) noexcept {
    return secure ? "secure by DNSSEC" : "not secure";
}

Tone tone_of(dane::HostState state) noexcept {
    using dane::HostState;
    switch (state) {
        case HostState::usable:
            return Tone::good;
        case HostState::unusable:
            return Tone::doubtful;
        case HostState::failed:
            return Tone::bad;
        case HostState::no_dane:
        case HostState::no_addresses:
            return Tone::plain;
    }
    return Tone::plain;
}

template <class Records>
std::string security_of(const engine::DnsAnswer<Records>& answer) {
    if (!answer) return answer.error().message();
    if (const auto* absent = std::get_if<engine::Absent>(&*answer))
        return fmt::format("{}, {}", words_for(*absent), secured(absent->secure));
    const auto& records = std::get<Records>(*answer);
    return fmt::format("{}, TTL {}", secured(records.secure), to_text(records.ttl));
}

template <class Records>
void show_lookup(Outline& outline, std::size_t depth, const std::string& asked,
                 const engine::DnsAnswer<Records>& answer) {
    if (answer) return outline.line(depth, fmt::format("{}: {}", asked, security_of(answer)));
    outline.line(depth, asked);
    outline.line(depth + 1, answer.error().message(), Tone::bad);
}

void show_list(Outline& outline, const inquiry::Explanation& explanation) {
    for (const auto& step : explanation.journal.exchanges) {
        show_lookup(outline, 1, fmt::format("MX {} ({} ms)", step.name, step.took().count()), step.said);
        const auto* records = step.said ? std::get_if<engine::MxRecords>(&*step.said) : nullptr;
        if (records == nullptr) continue;
        for (const auto& exchange : records->exchanges)
            if (exchange.host.empty())
                outline.line(2, "a null MX: the domain takes no mail (RFC 7505)", Tone::doubtful);
    }
}

void show_family(Outline& outline, std::string_view type,
                 const engine::DnsAnswer<engine::AddressRecords>& answer) {
    std::string all;
    if (const auto* found = answer ? std::get_if<engine::AddressRecords>(&*answer) : nullptr)
        for (const auto& address : found->addresses)
            all += address.text() + ", ";
    outline.line(3, fmt::format("{}: {}{}", type, all, security_of(answer)),
                 answer ? Tone::plain : Tone::bad);
}

void show_tlsa(Outline& outline, const inquiry::TlsaSet& set) {
    const auto& said = set.step->said;
    show_lookup(outline, 3, fmt::format("TLSA {} ({} ms)", set.name, set.step->took().count()), said);
    const auto* records = said ? std::get_if<engine::TlsaRecords>(&*said) : nullptr;
    if (records == nullptr) return;
    for (const auto& record : records->records) {
        const bool usable = dane::is_usable(record);
        outline.line(
            4, fmt::format("{} {}", usable ? "usable:" : "not usable (RFC 7672, 3.1):", dns::text_of(record)),
            usable ? Tone::good : Tone::doubtful);
    }
}

void show_match(Outline& outline, const MailHost& host, const inquiry::Explanation& explanation) {
    const auto* cached = inquiry::policy_of(explanation);
    if (cached == nullptr || cached->policy->policy.mx.empty()) return;
    if (host.pattern)
        outline.line(3, fmt::format("matches \"mx: {}\" of the policy (RFC 8461, 4.1)", *host.pattern),
                     Tone::good);
    else
        outline.line(3, "matches no \"mx\" line of the policy: no mail goes there where it is enforced",
                     Tone::bad);
}

void show_host(Outline& outline, const MailHost& host, const inquiry::Explanation& explanation) {
    const std::string preference = host.preference ? fmt::format("{} ", *host.preference) : "";
    if (host.state)
        outline.line(2, fmt::format("{}{}: {}", preference, host.name, inquiry::words_for(*host.state)),
                     tone_of(*host.state));
    else
        outline.line(2, fmt::format("{}{}: not looked at", preference, host.name), Tone::faint);
    show_match(outline, host, explanation);
    if (host.addresses != nullptr) {
        show_family(outline, "AAAA", host.addresses->said.v6);
        show_family(outline, "A", host.addresses->said.v4);
    }
    for (const auto& set : host.tlsa)
        show_tlsa(outline, set);
}

}  // namespace

void show_mail_hosts(Outline& outline, const inquiry::Explanation& explanation) {
    outline.heading("Mail hosts and DANE");
    show_list(outline, explanation);
    for (const auto& host : inquiry::mail_hosts(explanation))
        show_host(outline, host, explanation);
    if (!explanation.dane) return outline.line(1, "DANE could not be looked up in time", Tone::bad);
    const auto& dane = *explanation.dane;
    outline.line(1, fmt::format("DANE: {} ({})", name_of(dane.standing), inquiry::words_for(dane.standing)));
    if (!dane.why.empty()) outline.line(2, dane.why, Tone::bad);
}

}  // namespace tlspolicy::cli
