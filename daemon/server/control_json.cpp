#include "server/control_json.hpp"

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/printable.hpp"
#include "engine/decide.hpp"
#include "engine/freshness.hpp"
#include "postfix/reply_text.hpp"

#include <boost/json/array.hpp>
#include <fmt/chrono.h>

#include <chrono>
#include <string>
#include <utility>

namespace tlspolicy::server {
namespace {

namespace json = boost::json;
using std::chrono::duration_cast;
using std::chrono::seconds;

json::object to_json(const cache::Failure& failure, const Present& present) {
    json::object object;
    object["class"] = name_of(failure.error.kind());
    object["reason"] = failure.error.message();
    if (!failure.id.empty()) object["id"] = failure.id;
    object["count"] = failure.count;
    object["retry"] = server::to_json(failure.retry, present);
    return object;
}

/// A policy may hold all of UTF-8 (RFC 8461, 3.2), which terminals take for more than letters.
json::array lines_of(const sts::Policy& policy) {
    json::array lines;
    for (const std::string& line : policy.lines)
        lines.emplace_back(printable(line, line.size()));
    return lines;
}

json::array patterns_of(const sts::Policy& policy) {
    json::array patterns;
    for (const sts::MxPattern& pattern : policy.mx)
        patterns.emplace_back(pattern.text());
    return patterns;
}

struct StateJson {
    const Present& present;

    json::object operator()(const cache::Unknown&) const { return {{"kind", "unknown"}}; }
    json::object operator()(const cache::NoRecord& state) const {
        return {{"kind", "no-record"}, {"believed_until", server::to_json(state.until, present)}};
    }
    json::object operator()(const cache::Unavailable& state) const {
        return {{"kind", "unavailable"},
                {"believed_until", server::to_json(state.until, present)},
                {"failure", to_json(state.failure, present)}};
    }
    json::object operator()(const cache::Cached& state) const {
        const sts::Policy& policy = state.policy->policy;
        json::object object;
        object["kind"] = sts::name_of(policy.mode);
        object["expired"] = present.now > state.expires;
        object["id"] = state.id;
        object["mx"] = patterns_of(policy);
        object["max_age"] = policy.max_age.count();
        object["fetched"] = server::to_json(state.fetched, present);
        object["checked"] = server::to_json(state.checked, present);
        object["recheck"] = server::to_json(state.recheck, present);
        object["refresh"] = server::to_json(state.refresh, present);
        object["expires"] = server::to_json(state.expires, present);
        if (state.failure) object["failure"] = to_json(*state.failure, present);
        object["lines"] = lines_of(policy);
        return object;
    }
};

std::string_view name_of(dane::MxState state) noexcept {
    switch (state) {
        case dane::MxState::secure:
            return "secure";
        case dane::MxState::insecure:
            return "insecure";
        case dane::MxState::no_mail:
            return "no-mail";
        case dane::MxState::failed:
            return "failed";
    }
    return "failed";
}

/// nullopt: the network would be asked.
std::optional<postfix::Answer> answer_of(const postfix::MapOptions& options, const Knowledge& known,
                                         Time now) {
    if (known.sts == nullptr || engine::freshness(*known.sts, now) == engine::Freshness::stale)
        return std::nullopt;
    if (!options.dane) return engine::decide(*known.sts, options, now);
    if (known.dane == nullptr || now >= known.dane->until) return std::nullopt;
    return engine::decide(*known.sts, known.dane, options, now);
}

}  // namespace

std::string rfc3339(WallTime time) {
    const auto count = duration_cast<seconds>(time.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(count)));
}

json::value to_json(Time time, const Present& present) {
    if (time == Time::max()) return nullptr;
    const Duration left = time - present.now;
    return json::object{{"at", rfc3339(present.wall + left)}, {"in", duration_cast<seconds>(left).count()}};
}

std::string_view kind_of(const cache::StsState& state) noexcept {
    if (const auto* cached = std::get_if<cache::Cached>(&state))
        return sts::name_of(cached->policy->policy.mode);
    if (std::holds_alternative<cache::NoRecord>(state)) return "no-record";
    return std::holds_alternative<cache::Unavailable>(state) ? "unavailable" : "unknown";
}

json::object to_json(const cache::StsState& state, const Present& present) {
    return std::visit(StateJson{present}, state);
}

json::object to_json(std::string_view key, const cache::DaneState& state, const Present& present) {
    json::object object;
    object["key"] = key;
    object["standing"] = dane::name_of(state.standing);
    object["expired"] = present.now >= state.until;
    if (!state.why.empty()) object["failed"] = state.why;
    object["believed_until"] = to_json(state.until, present);
    object["refresh"] = to_json(state.refresh, present);
    object["mx"] = name_of(state.mx);
    json::array hosts;
    for (const cache::DaneHost& host : state.hosts)
        hosts.push_back(json::object{{"name", host.name}, {"state", dane::name_of(host.state)}});
    object["hosts"] = std::move(hosts);
    return object;
}

json::object to_json(const engine::Override& word, const Present& present) {
    json::object object;
    object["answer"] = word.answer ? std::string_view(*word.answer) : "notfound";
    if (word.until) object["until"] = to_json(present.now + (*word.until - present.wall), present);
    if (!word.reason.empty()) object["reason"] = word.reason;
    return object;
}

json::object summary_of(const cache::Entry& entry, const Present& present) {
    json::object object;
    object["domain"] = entry.domain();
    object["kind"] = kind_of(entry.sts());
    if (const auto* cached = std::get_if<cache::Cached>(&entry.sts())) {
        object["id"] = cached->id;
        object["expires"] = to_json(cached->expires, present);
    }
    if (const auto* failure = engine::failure_of(entry.sts())) object["failure"] = to_json(*failure, present);
    return object;
}

json::array answers(const Settings& settings, std::string_view domain, const Knowledge& known,
                    const Present& present) {
    json::array all;
    for (const auto& [name, options] : settings.maps) {
        std::optional<postfix::Answer> answer;
        if (known.word != nullptr && known.word->answer)
            answer = postfix::Overridden{known.word->answer};
        else if (known.word != nullptr)
            answer = postfix::NotFound{};
        else
            answer = answer_of(options, known, present.now);
        json::object object;
        object["map"] = name;
        object["source"] = known.word != nullptr ? "override" : answer ? known.held_in : "lookup";
        if (answer)
            object[options.monitor ? "withheld" : "answer"] =
                ascii::trim(postfix::reply_text(*answer, domain));
        if (answer && options.monitor) object["answer"] = "NOTFOUND";
        all.push_back(std::move(object));
    }
    return all;
}

}  // namespace tlspolicy::server
