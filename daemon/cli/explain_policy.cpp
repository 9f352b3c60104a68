#include "base/printable.hpp"
#include "cli/explain_sections.hpp"
#include "inquiry/mail_hosts.hpp"
#include "sts/policy.hpp"
#include "sts/record.hpp"
#include "tls/certificate.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <variant>

namespace tlspolicy::cli {
namespace {

// A real policy has ten lines; who wants them all has --json.
constexpr std::size_t most_lines = 100;
constexpr std::size_t most_wrong_lines = 10;

void show_texts(Outline& outline, const engine::TxtRecords& records) {
    for (const auto& text : records.texts) {
        const auto record = sts::parse_record(text);
        outline.line(2, fmt::format("\"{}\"", printable(text)));
        if (record)
            outline.line(3, fmt::format("a policy record, id {}", record->id), Tone::good);
        else
            outline.line(3, "no policy record: " + record.error().message(), Tone::faint);
    }
    const auto found = sts::find_record(records.texts);
    if (const auto* none = std::get_if<sts::NoRecord>(&found))
        outline.line(2, "No policy is announced (RFC 8461, 3.1): " + none->why, Tone::doubtful);
}

void show_records(Outline& outline, const inquiry::Explanation& explanation) {
    for (const auto& step : explanation.journal.texts) {
        const std::string asked = fmt::format("TXT {} ({} ms)", step.name, step.took().count());
        if (!step.said) {
            outline.line(1, asked);
            outline.line(2, step.said.error().message(), Tone::bad);
        } else if (const auto* absent = std::get_if<engine::Absent>(&*step.said)) {
            outline.line(1, fmt::format("{}: {}", asked, words_for(*absent)));
            outline.line(2, "No policy is announced (RFC 8461, 3.1)");
        } else {
            const auto& records = std::get<engine::TxtRecords>(*step.said);
            outline.line(1, fmt::format("{}, TTL {}", asked, to_text(records.ttl)));
            show_texts(outline, records);
        }
    }
}

void show_policy_hosts(Outline& outline, const inquiry::Explanation& explanation) {
    for (const auto& step : explanation.journal.policy_hosts) {
        const std::string asked = fmt::format("AAAA and A {} ({} ms)", step.name, step.took().count());
        const auto* found = step.said ? std::get_if<engine::HostAddresses>(&*step.said) : nullptr;
        if (!step.said) {
            outline.line(1, asked);
            outline.line(2, step.said.error().message(), Tone::bad);
        } else if (found == nullptr) {
            outline.line(1, fmt::format("{}: {}", asked, words_for(std::get<engine::Absent>(*step.said))),
                         Tone::bad);
        } else {
            std::string all;
            for (const auto& address : found->addresses)
                all += (all.empty() ? "" : ", ") + address.text();
            outline.line(1, fmt::format("{}: {}", asked, all));
        }
    }
}

std::string date_of(const std::optional<WallTime>& time) {
    return time ? tls::date_text(*time) : "an unreadable date";
}

void show_line(Outline& outline, const sts::LineVerdict& line) {
    using Kind = sts::LineVerdict::Kind;
    const std::string text = fmt::format("{:>3}  {}", line.number, printable(line.text));
    switch (line.kind) {
        case Kind::field:
            return outline.line(2, text);
        case Kind::blank:
            return;
        case Kind::repeated:
            outline.line(2, text, Tone::doubtful);
            return outline.line(4, "ignored: of a repeated field the first counts (RFC 8461, 3.2)",
                                Tone::doubtful);
        case Kind::extension:
            outline.line(2, text, Tone::faint);
            return outline.line(4, "ignored: a field that RFC 8461 does not define", Tone::faint);
        case Kind::wrong:
            outline.line(2, text, Tone::bad);
            return outline.line(4, fmt::format("wrong: {} (RFC 8461, 3.2)", line.why), Tone::bad);
    }
}

void show_body(Outline& outline, const std::string& body) {
    const auto reading = sts::read_lines(body);
    std::size_t others = 0;
    std::size_t wrong = 0;
    for (const auto& line : reading.lines) {
        const bool is_wrong = line.kind == sts::LineVerdict::Kind::wrong;
        const bool shown = is_wrong ? ++wrong <= most_wrong_lines : ++others <= most_lines;
        if (shown) show_line(outline, line);
    }
    if (others > most_lines) outline.line(2, fmt::format("... and {} lines more", others - most_lines));
    if (wrong > most_wrong_lines)
        outline.line(2, fmt::format("... and {} wrong lines more", wrong - most_wrong_lines), Tone::bad);
    for (const auto& missing : reading.missing)
        outline.line(2, fmt::format("wrong: {} (RFC 8461, 3.2)", missing), Tone::bad);
}

void show_chain(Outline& outline, const tls::Chain& chain) {
    for (const auto& certificate : chain) {
        outline.line(3, fmt::format("certificate \"{}\", issued by \"{}\", good from {} to {}",
                                    certificate.subject, certificate.issuer, date_of(certificate.not_before),
                                    date_of(certificate.not_after)));
        std::string names;
        for (const auto& name : certificate.names)
            names += (names.empty() ? "" : ", ") + name;
        if (!names.empty()) outline.line(4, "for " + names);
    }
}

void show_attempt(Outline& outline, const https::AttemptTrace& attempt) {
    std::string met = attempt.address.text();
    if (!attempt.tls_version.empty()) met += fmt::format(", {} {}", attempt.tls_version, attempt.cipher);
    if (attempt.http_status != 0) met += fmt::format(", HTTP status {}", attempt.http_status);
    outline.line(2, met);
    if (attempt.failure) outline.line(3, attempt.failure->message(), Tone::bad);
    show_chain(outline, attempt.chain);
    for (const auto& field : attempt.fields)
        outline.line(3, fmt::format("{}: {}", field.name, field.value), Tone::faint);
}

void show_fetch(Outline& outline, const inquiry::Explanation& explanation) {
    for (const auto& step : explanation.journal.fetches) {
        outline.line(1, fmt::format("GET https://mta-sts.{}/.well-known/mta-sts.txt ({} ms)", step.name,
                                    step.took().count()));
        for (const auto& attempt : explanation.journal.attempts)
            show_attempt(outline, attempt);
        if (step.said)
            show_body(outline, *step.said);
        else
            outline.line(2, step.said.error().message(), Tone::bad);
    }
}

std::string in_seconds(Duration span) {
    return to_text(std::chrono::ceil<std::chrono::seconds>(span));
}

struct State {
    Outline& outline;
    Time now;

    void operator()(const cache::Unknown&) const {
        outline.line(1, "Nothing is known of a policy", Tone::doubtful);
    }
    void operator()(const cache::NoRecord& state) const {
        outline.line(1, fmt::format("No policy; believed for {}", in_seconds(state.until - now)));
    }
    void operator()(const cache::Unavailable& state) const {
        outline.line(1, fmt::format("No policy to apply; next attempt in {}", in_seconds(state.until - now)),
                     Tone::bad);
        outline.line(2, state.failure.error.message());
    }
    void operator()(const cache::Cached& state) const {
        const auto& policy = state.policy->policy;
        outline.line(1,
                     fmt::format("Policy {}: mode {}, good for {}", state.id, name_of(policy.mode),
                                 to_text(policy.max_age)),
                     Tone::good);
    }
};

}  // namespace

std::string_view words_for(const engine::Absent& absent) noexcept {
    switch (absent.why) {
        case engine::Absent::Why::nxdomain:
            return "NXDOMAIN, there is no such name";
        case engine::Absent::Why::nodata:
            return "there is no such record";
    }
    return "";
}

void show_policy(Outline& outline, const inquiry::Explanation& explanation) {
    outline.heading("MTA-STS");
    show_records(outline, explanation);
    show_policy_hosts(outline, explanation);
    show_fetch(outline, explanation);
    std::visit(State{outline, explanation.decided}, explanation.sts);
}

}  // namespace tlspolicy::cli
