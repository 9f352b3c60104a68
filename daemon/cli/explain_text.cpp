#include "cli/explain_text.hpp"

#include "base/ascii.hpp"
#include "base/printable.hpp"
#include "cli/explain_sections.hpp"
#include "cli/known_entry.hpp"
#include "engine/dane_target.hpp"
#include "inquiry/words.hpp"
#include "postfix/reply_text.hpp"
#include "tls/certificate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace tlspolicy::cli {
namespace {

using inquiry::Explanation;
using inquiry::MapAnswer;

void show_key(Outline& outline, const Explanation& explanation) {
    outline.heading(printable(explanation.key));
    if (!explanation.parsed) {
        outline.line(1, "Names no domain: " + explanation.no_domain, Tone::doubtful);
        outline.line(1, "Nothing is looked up for it.");
        return;
    }
    const auto target = engine::DaneTarget::of(*explanation.parsed);
    outline.line(1,
                 fmt::format("Lookup key: {} {}, port {}", target.is_host ? "the host" : "the mail hosts of",
                             target.name.text(), target.port));
    const auto& validates = explanation.validates;
    if (!validates)
        outline.line(1, "Resolver: does not answer: " + validates.error().message(), Tone::bad);
    else if (*validates)
        outline.line(1, "Resolver: validates DNSSEC, and is believed");
    else
        outline.line(1,
                     "Resolver: does not validate DNSSEC, or is not believed (dns.trust_ad): no domain is "
                     "taken to do DANE",
                     Tone::doubtful);
}

void show_override(Outline& outline, const Explanation& explanation) {
    if (!explanation.override) return outline.line(1, "Override: none");
    const auto& word = *explanation.override;
    outline.line(1,
                 fmt::format("Override: {} of the configuration says {}", word.key,
                             word.answer.empty() ? "NOTFOUND" : '"' + word.answer + '"'),
                 Tone::doubtful);
    if (word.until) outline.line(2, "until " + tls::date_text(*word.until));
    if (!word.reason.empty()) outline.line(2, "reason: " + printable(word.reason));
    outline.line(2, "What follows is what would count without it.");
}

void show_answer(Outline& outline, const Explanation& explanation, const MapAnswer& each) {
    const std::string_view domain = explanation.parsed ? explanation.parsed->domain().text() : "";
    const std::string answer = postfix::reply_text(each.answer, domain);
    const std::string judgement = postfix::reply_text(each.judgement, domain);
    outline.line(1, fmt::format("{}: {}", each.map, ascii::trim(answer)), Tone::strong);
    outline.line(2, inquiry::deed_of(each.answer));
    if (each.options.monitor) outline.line(2, "Monitor mode: nothing but NOTFOUND is said", Tone::doubtful);
    if (explanation.override) outline.line(2, "The override answers, whatever the rules say", Tone::doubtful);
    if (!explanation.parsed) return;
    outline.line(2, fmt::format("Rule {}: {}", name_of(each.rule), inquiry::words_for(each.rule)));
    if (answer != judgement) outline.line(2, "By this rule alone: " + std::string(ascii::trim(judgement)));
}

void show_daemon(Outline& outline, const Explanation& explanation, const DaemonView& daemon) {
    outline.heading("The running daemon");
    if (!daemon.entry) return outline.line(1, daemon.note, Tone::faint);
    for (const Row& fact : facts_of_entry(*daemon.entry)) {
        const Cell& value = fact.back();
        if (fact.front().text.empty())
            outline.line(2, ascii::trim(value.text), value.tone);
        else
            outline.line(1, fact.front().text + ": " + value.text, value.tone);
    }
    const auto asked_for = [&](const std::string& map) {
        return std::any_of(explanation.answers.begin(), explanation.answers.end(),
                           [&](const MapAnswer& each) { return each.map == map; });
    };
    for (const Row& answer : answers_of(*daemon.entry)) {
        const std::string& map = answer.front().text;
        if (asked_for(map))
            outline.line(1, fmt::format("Answers in map {}: {}", map, ascii::trim(answer.back().text)));
    }
}

}  // namespace

void show_wire(Outline& outline, const Explanation& explanation) {
    outline.heading("DNS, query by query");
    for (const auto& exchange : explanation.journal.wire) {
        const auto& [name, type] = exchange.question;
        const std::string took =
            exchange.took ? fmt::format("{} ms", exchange.took->count()) : std::string("late");
        std::string said;
        if (exchange.reply)
            said = name_of(exchange.reply->rcode) + (exchange.reply->authenticated ? ", AD" : "")
                   + (exchange.reply->truncated ? ", truncated" : "");
        else
            said = exchange.reply.error().message();
        outline.line(1,
                     fmt::format("{} {} at {} by {} ({}): {}", dns::name_of(type), name.empty() ? "." : name,
                                 exchange.server, name_of(exchange.transport), took, said),
                     exchange.reply ? Tone::plain : Tone::bad);
        if (!exchange.reply) continue;
        for (const auto& record : exchange.reply->answers)
            outline.line(2, fmt::format("{} {} {}", record.owner.empty() ? "." : record.owner, record.ttl,
                                        dns::text_of(record)));
        if (exchange.reply->negative_ttl)
            outline.line(2, fmt::format("none, believed for {} s", *exchange.reply->negative_ttl));
        if (exchange.reply->extended_error) outline.line(2, dns::text_of(*exchange.reply->extended_error));
    }
}

std::string to_text(const Explanation& explanation, const DaemonView& daemon, Detail detail,
                    const Palette& palette, std::size_t width) {
    Outline outline(palette, width);
    show_key(outline, explanation);
    if (explanation.parsed) {
        show_override(outline, explanation);
        show_policy(outline, explanation);
        show_mail_hosts(outline, explanation);
        show_daemon(outline, explanation, daemon);
    }
    outline.heading("Answers");
    for (const auto& answer : explanation.answers)
        show_answer(outline, explanation, answer);
    if (detail == Detail::wire && explanation.parsed) show_wire(outline, explanation);
    return outline.text();
}

}  // namespace tlspolicy::cli
