#include "inquiry/mail_hosts.hpp"

#include "engine/dane_target.hpp"
#include "engine/records_in.hpp"

#include <algorithm>

namespace tlspolicy::inquiry {
namespace {

std::vector<MailHost> listed(const Explanation& explanation) {
    std::vector<MailHost> hosts;
    for (const auto& step : explanation.journal.exchanges) {
        const auto* records = engine::records_in(step.said);
        if (records == nullptr) continue;
        for (const auto& exchange : records->exchanges)
            if (!exchange.host.empty()) hosts.push_back({exchange.host, exchange.preference});
    }
    std::stable_sort(hosts.begin(), hosts.end(),
                     [](const MailHost& a, const MailHost& b) { return a.preference < b.preference; });
    if (!hosts.empty() || !explanation.dane) return hosts;
    // A host that the key names, or a domain without MX records that is its own host.
    for (const auto& host : explanation.dane->hosts)
        hosts.push_back({host.name});
    return hosts;
}

/// Names at which the TLSA records of a host may stand: its own, and the end of its aliases.
std::vector<std::string> tlsa_names(const MailHost& host, std::uint16_t port) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& base) {
        auto name = tlsa_name(port, base);
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    };
    add(host.name);
    if (host.addresses == nullptr) return names;
    for (const auto* family : {&host.addresses->said.v6, &host.addresses->said.v4})
        if (const auto* found = engine::records_in(*family)) add(found->owner);
    return names;
}

std::optional<std::string> pattern_for(std::string_view host, const sts::Policy& policy) {
    const auto domain = Domain::parse(host);
    if (!domain) return std::nullopt;
    for (const auto& pattern : policy.mx)
        if (pattern.matches(*domain)) return std::string(pattern.text());
    return std::nullopt;
}

}  // namespace

const cache::Cached* policy_of(const Explanation& explanation) {
    return std::get_if<cache::Cached>(&explanation.sts);
}

std::vector<MailHost> mail_hosts(const Explanation& explanation) {
    const auto& journal = explanation.journal;
    const auto port =
        explanation.parsed ? engine::DaneTarget::of(*explanation.parsed).port : engine::DaneTarget::smtp;
    auto hosts = listed(explanation);
    for (MailHost& host : hosts) {
        host.addresses = find(journal.hosts, host.name);
        for (auto& name : tlsa_names(host, port))
            if (const auto* step = find(journal.tlsa, name)) host.tlsa.push_back({std::move(name), step});
        if (const auto* cached = policy_of(explanation))
            host.pattern = pattern_for(host.name, cached->policy->policy);
        if (!explanation.dane) continue;
        for (const auto& known : explanation.dane->hosts)
            if (known.name == host.name) host.state = known.state;
    }
    return hosts;
}

}  // namespace tlspolicy::inquiry
