#include "cli/explain_json_parts.hpp"
#include "cli/explain_text.hpp"
#include "dns/exchange.hpp"
#include "engine/dane_target.hpp"
#include "inquiry/words.hpp"
#include "postfix/reply_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>

namespace tlspolicy::cli {
namespace {

namespace json = boost::json;
using inquiry::Explanation;

json::array answers_of(const Explanation& explanation) {
    const std::string_view domain = explanation.parsed ? explanation.parsed->domain().text() : "";
    json::array all;
    for (const auto& each : explanation.answers) {
        json::object object{{"map", text(each.map)},
                            {"answer", text(postfix::reply_text(each.answer, domain))},
                            {"postfix", text(inquiry::deed_of(each.answer))}};
        if (explanation.parsed) {
            object["rule"] = text(engine::name_of(each.rule));
            object["why"] = text(inquiry::words_for(each.rule));
            object["judgement"] = text(postfix::reply_text(each.judgement, domain));
            object["overridden"] = explanation.override.has_value();
            object["monitor"] = each.options.monitor;
        }
        all.push_back(std::move(object));
    }
    return all;
}

json::array wire_of(const Explanation& explanation) {
    json::array all;
    for (const auto& exchange : explanation.journal.wire) {
        json::object object{{"name", text(exchange.question.name)},
                            {"type", text(dns::name_of(exchange.question.type))},
                            {"server", text(exchange.server)},
                            {"transport", text(dns::name_of(exchange.transport))}};
        if (exchange.took) object["took_ms"] = exchange.took->count();
        if (!exchange.reply) {
            object["error"] = safe(exchange.reply.error().message());
            all.push_back(std::move(object));
            continue;
        }
        object["rcode"] = text(dns::name_of(exchange.reply->rcode));
        object["ad"] = exchange.reply->authenticated;
        object["truncated"] = exchange.reply->truncated;
        json::array records;
        for (const auto& record : exchange.reply->answers)
            records.push_back(json::object{
                {"name", text(record.owner)}, {"ttl_s", record.ttl}, {"data", text(dns::text_of(record))}});
        object["records"] = std::move(records);
        if (exchange.reply->negative_ttl) object["negative_ttl_s"] = *exchange.reply->negative_ttl;
        if (exchange.reply->extended_error)
            object["extended_error"] = text(dns::text_of(*exchange.reply->extended_error));
        all.push_back(std::move(object));
    }
    return all;
}

void add_override(json::object& whole, const Explanation& explanation) {
    if (!explanation.override) return;
    const auto& word = *explanation.override;
    json::object object{{"key", text(word.key)},
                        {"answer", text(word.answer.empty() ? "NOTFOUND" : word.answer)}};
    if (word.until)
        object["until"] = fmt::format("{:%FT%TZ}", std::chrono::floor<std::chrono::seconds>(*word.until));
    if (!word.reason.empty()) object["reason"] = safe(word.reason);
    whole["override"] = std::move(object);
}

void add_key(json::object& whole, const Explanation& explanation) {
    whole["key"] = safe(explanation.key);
    if (!explanation.parsed) {
        whole["no_domain"] = safe(explanation.no_domain);
        return;
    }
    const auto target = engine::DaneTarget::of(*explanation.parsed);
    whole["domain"] = text(target.name.text());
    whole["bracketed"] = target.is_host;
    whole["port"] = target.port;
    if (explanation.validates)
        whole["resolver_validates"] = *explanation.validates;
    else
        whole["resolver_error"] = safe(explanation.validates.error().message());
}

}  // namespace

json::object to_json(const Explanation& explanation, const DaemonView& daemon, Detail detail) {
    json::object whole{{"schema", 1}};
    add_key(whole, explanation);
    if (explanation.parsed) {
        add_override(whole, explanation);
        add_policy(whole, explanation);
        add_mail_hosts(whole, explanation);
        if (daemon.entry)
            whole["daemon"] = *daemon.entry;
        else
            whole["daemon"] = json::object{{"note", text(daemon.note)}};
    }
    whole["answers"] = answers_of(explanation);
    if (detail == Detail::wire) whole["trace"] = wire_of(explanation);
    return whole;
}

}  // namespace tlspolicy::cli
