#include "cli/explain_json_parts.hpp"
#include "engine/records_in.hpp"
#include "sts/policy.hpp"
#include "sts/record.hpp"
#include "tls/certificate.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;
using inquiry::Explanation;

json::array records_of(const Explanation& explanation) {
    json::array all;
    for (const auto& step : explanation.journal.texts) {
        json::object object = answered(step.said);
        add_times(object, step, explanation.begun);
        if (const auto* records = engine::records_in(step.said)) {
            json::array texts;
            for (const auto& each : records->texts) {
                const auto record = sts::parse_record(each);
                json::object one{{"text", safe(each)}};
                if (record)
                    one["id"] = text(record->id);
                else
                    one["wrong"] = text(record.error().message());
                texts.push_back(std::move(one));
            }
            object["texts"] = std::move(texts);
            const auto found = sts::find_record(records->texts);
            if (const auto* none = std::get_if<sts::NoRecord>(&found)) object["no_policy"] = text(none->why);
        }
        all.push_back(std::move(object));
    }
    return all;
}

json::array policy_hosts_of(const Explanation& explanation) {
    json::array all;
    for (const auto& step : explanation.journal.policy_hosts) {
        json::object object = answered(step.said);
        add_times(object, step, explanation.begun);
        if (const auto* found = engine::records_in(step.said))
            object["addresses"] = texts_of(found->addresses);
        all.push_back(std::move(object));
    }
    return all;
}

std::string_view name_of(sts::LineVerdict::Kind kind) noexcept {
    using Kind = sts::LineVerdict::Kind;
    switch (kind) {
        case Kind::field:
            return "field";
        case Kind::repeated:
            return "repeated";
        case Kind::extension:
            return "extension";
        case Kind::blank:
            return "blank";
        case Kind::wrong:
            return "wrong";
    }
    return "";
}

std::string_view name_of(https::Stage stage) noexcept {
    using https::Stage;
    switch (stage) {
        case Stage::refused:
            return "refused";
        case Stage::unreachable:
            return "unreachable";
        case Stage::connect:
            return "connect";
        case Stage::handshake:
            return "handshake";
        case Stage::certificate:
            return "certificate";
        case Stage::response:
            return "response";
        case Stage::answered:
            return "answered";
    }
    return "";
}

json::value date_of(const std::optional<WallTime>& time) {
    return time ? json::value(text(tls::date_text(*time))) : json::value(nullptr);
}

json::array chain_of(const tls::Chain& chain) {
    json::array all;
    for (const auto& certificate : chain) {
        json::array names;
        for (const auto& name : certificate.names)
            names.push_back(text(name));
        all.push_back(json::object{{"subject", text(certificate.subject)},
                                   {"issuer", text(certificate.issuer)},
                                   {"names", std::move(names)},
                                   {"not_before", date_of(certificate.not_before)},
                                   {"not_after", date_of(certificate.not_after)}});
    }
    return all;
}

json::array attempts_of(const Explanation& explanation) {
    json::array all;
    for (const auto& attempt : explanation.journal.attempts) {
        json::object object{{"address", text(attempt.address.text())},
                            {"reached", text(name_of(attempt.reached))}};
        if (!attempt.tls_version.empty()) {
            object["tls"] = text(attempt.tls_version);
            object["cipher"] = text(attempt.cipher);
        }
        object["certificates"] = chain_of(attempt.chain);
        if (attempt.http_status != 0) object["status"] = attempt.http_status;
        json::array fields;
        for (const auto& field : attempt.fields)
            fields.push_back(json::object{{"name", text(field.name)}, {"value", text(field.value)}});
        object["header"] = std::move(fields);
        if (attempt.failure) object["error"] = safe(attempt.failure->message());
        all.push_back(std::move(object));
    }
    return all;
}

json::array fetches_of(const Explanation& explanation) {
    json::array all;
    for (const auto& step : explanation.journal.fetches) {
        json::object object;
        add_times(object, step, explanation.begun);
        object["name"] = fmt::format("https://mta-sts.{}/.well-known/mta-sts.txt", step.name);
        object["attempts"] = attempts_of(explanation);
        if (step.said) {
            const auto reading = sts::read_lines(*step.said);
            json::array lines;
            for (const auto& line : reading.lines) {
                json::object one{
                    {"line", line.number}, {"text", safe(line.text)}, {"verdict", text(name_of(line.kind))}};
                if (!line.why.empty()) {
                    one["why"] = text(line.why);
                    one["source"] = "RFC 8461, 3.2";
                }
                lines.push_back(std::move(one));
            }
            object["lines"] = std::move(lines);
            json::array missing;
            for (const auto& each : reading.missing)
                missing.push_back(text(each));
            object["missing"] = std::move(missing);
        } else {
            object["error"] = safe(step.said.error().message());
        }
        all.push_back(std::move(object));
    }
    return all;
}

struct State {
    Time now;

    json::object operator()(const cache::Unknown&) const { return {{"state", "unknown"}}; }
    json::object operator()(const cache::NoRecord& state) const {
        return {{"state", "no-record"}, {"believed_ms", (state.until - now).count()}};
    }
    json::object operator()(const cache::Unavailable& state) const {
        return {{"state", "unavailable"},
                {"error", safe(state.failure.error.message())},
                {"retry_ms", (state.until - now).count()}};
    }
    json::object operator()(const cache::Cached& state) const {
        const auto& policy = state.policy->policy;
        json::array mx;
        for (const auto& pattern : policy.mx)
            mx.push_back(text(pattern.text()));
        return {{"state", "policy"},
                {"id", text(state.id)},
                {"mode", text(sts::name_of(policy.mode))},
                {"max_age_s", policy.max_age.count()},
                {"mx", std::move(mx)}};
    }
};

}  // namespace

json::array texts_of(const std::vector<IpAddress>& addresses) {
    json::array all;
    for (const auto& address : addresses)
        all.push_back(text(address.text()));
    return all;
}

void add_policy(json::object& whole, const Explanation& explanation) {
    whole["record"] = records_of(explanation);
    whole["policy_host"] = policy_hosts_of(explanation);
    whole["fetch"] = fetches_of(explanation);
    whole["mta_sts"] = std::visit(State{explanation.decided}, explanation.sts);
}

}  // namespace tlspolicy::cli
