#include "cli/explain_json_parts.hpp"
#include "dane/tlsa.hpp"
#include "engine/records_in.hpp"
#include "inquiry/mail_hosts.hpp"

#include <utility>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;
using inquiry::Explanation;

json::object family_of(const engine::DnsAnswer<engine::AddressRecords>& answer) {
    json::object object = answered(answer);
    if (const auto* found = engine::records_in(answer)) {
        object["owner"] = text(found->owner);
        object["addresses"] = texts_of(found->addresses);
    }
    return object;
}

json::array tlsa_of(const inquiry::MailHost& host, Time begun) {
    json::array all;
    for (const auto& set : host.tlsa) {
        json::object object = answered(set.step->said);
        add_times(object, *set.step, begun);
        if (const auto* found = engine::records_in(set.step->said)) {
            json::array records;
            for (const auto& record : found->records)
                records.push_back(
                    json::object{{"data", text(dns::text_of(record))}, {"usable", dane::is_usable(record)}});
            object["records"] = std::move(records);
        }
        all.push_back(std::move(object));
    }
    return all;
}

json::array mail_hosts_of(const Explanation& explanation) {
    json::array all;
    for (const auto& host : inquiry::mail_hosts(explanation)) {
        json::object object{{"name", text(host.name)}};
        if (host.preference) object["preference"] = *host.preference;
        if (inquiry::policy_of(explanation) != nullptr)
            object["matches"] = host.pattern ? json::value(text(*host.pattern)) : json::value(nullptr);
        if (host.addresses != nullptr) {
            object["begun_ms"] = (host.addresses->begun - explanation.begun).count();
            object["took_ms"] = host.addresses->took().count();
            object["aaaa"] = family_of(host.addresses->said.v6);
            object["a"] = family_of(host.addresses->said.v4);
        }
        object["tlsa"] = tlsa_of(host, explanation.begun);
        if (host.state) object["state"] = text(dane::name_of(*host.state));
        all.push_back(std::move(object));
    }
    return all;
}

}  // namespace

void add_mail_hosts(json::object& whole, const Explanation& explanation) {
    json::object object;
    for (const auto& step : explanation.journal.exchanges) {
        json::object mx = answered(step.said);
        add_times(mx, step, explanation.begun);
        object["mx"] = std::move(mx);
    }
    object["hosts"] = mail_hosts_of(explanation);
    if (explanation.dane) {
        object["standing"] = text(dane::name_of(explanation.dane->standing));
        if (!explanation.dane->why.empty()) object["error"] = safe(explanation.dane->why);
    }
    whole["dane"] = std::move(object);
}

}  // namespace tlspolicy::cli
