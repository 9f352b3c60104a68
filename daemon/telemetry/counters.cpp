#include "telemetry/counters.hpp"

#include "telemetry/exposition.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

namespace tlspolicy::telemetry {
namespace {

// In the order of the alternatives of postfix::Answer, postfix::Wanting, engine::Discovered, engine::Source
// and engine::Event.
constexpr std::array<std::string_view, 6> answer_names{"found", "not_found", "temp",
                                                       "perm",  "dane",      "overridden"};
constexpr std::array<std::string_view, 4> wanting_names{"mta_sts", "dane", "room", "running_daemon"};
constexpr std::array<std::string_view, 4> discovered_names{"policy", "unchanged", "no_policy", "failed"};
constexpr std::array<std::string_view, 6> source_names{"cached",     "stored",   "shared",
                                                       "discovered", "deadline", "override"};
constexpr std::array<std::string_view, 15> event_names{
    "policy_learned",      "policy_replaced", "policy_refreshed", "policy_expired", "discovery_failed",
    "discovery_recovered", "no_policy",       "cache_full",       "overloaded",     "discovery_broken",
    "policy_recalled",     "recall_rejected", "dane_learned",     "dane_weakened",  "dane_failed"};
static_assert(answer_names.size() == std::variant_size_v<postfix::Answer>);
static_assert(event_names.size() == std::variant_size_v<engine::Event>);

}  // namespace

void Counters::on_event(const engine::Event& event) {
    events_[event.index()].fetch_add(1, std::memory_order_relaxed);
    if (std::holds_alternative<engine::PolicyRefreshed>(event))
        renewed_.fetch_add(1, std::memory_order_relaxed);
    else if (std::holds_alternative<engine::PolicyReplaced>(event))
        replaced_.fetch_add(1, std::memory_order_relaxed);
    const auto* failed = std::get_if<engine::DiscoveryFailed>(&event);
    if (failed == nullptr) return;
    failures_[static_cast<std::size_t>(failed->failure.error.kind())].fetch_add(1, std::memory_order_relaxed);
    // A record that could not be had was looked for by a recheck, which renews nothing.
    const bool was_renewal = failed->applied != nullptr && failed->failure.error.kind() != ErrorKind::dns;
    if (was_renewal) not_renewed_.fetch_add(1, std::memory_order_relaxed);
}

void Counters::on_discovery(engine::Discovered how) {
    discoveries_[static_cast<std::size_t>(how)].fetch_add(1, std::memory_order_relaxed);
}

void Counters::on_answer(std::string_view /*domain*/, const postfix::Answer& answer,
                         engine::Source source) noexcept {
    answers_[answer.index()][static_cast<std::size_t>(source)].fetch_add(1, std::memory_order_relaxed);
    if (const auto* temp = std::get_if<postfix::Temp>(&answer))
        deferrals_[static_cast<std::size_t>(temp->wanting)].fetch_add(1, std::memory_order_relaxed);
}

void Counters::on_withheld(std::string_view /*domain*/, const postfix::Answer& answer,
                           engine::Source /*source*/) noexcept {
    withheld_[answer.index()].fetch_add(1, std::memory_order_relaxed);
}

std::string Counters::text() const {
    std::string text;
    const auto append = [&text](std::string_view separator, auto&&... parts) {
        text += separator;
        (fmt::format_to(std::back_inserter(text), "{}", parts), ...);
    };
    for (std::size_t answer = 0; answer < answers_.size(); ++answer) {
        for (std::size_t source = 0; source < sources; ++source)
            append(text.empty() ? "" : " ", "answers_", answer_names[answer], "_", source_names[source], "=",
                   answers_[answer][source].load(std::memory_order_relaxed));
    }
    for (std::size_t answer = 0; answer < withheld_.size(); ++answer)
        append(" ", "monitored_", answer_names[answer], "=",
               withheld_[answer].load(std::memory_order_relaxed));
    for (std::size_t event = 0; event < events_.size(); ++event)
        append(" ", event_names[event], "=", events_[event].load(std::memory_order_relaxed));
    return text;
}

const char* Counters::answer_name(std::size_t answer) noexcept {
    return answer_names[answer].data();  // of literals: they end in NUL
}

void Counters::show(Exposition& exposition) const {
    const auto value_of = [](const Counter& counter) {
        return static_cast<double>(counter.load(std::memory_order_relaxed));
    };
    for (std::size_t answer = 0; answer < answers_.size(); ++answer)
        for (std::size_t source = 0; source < sources; ++source)
            exposition.counter("tlspolicyd_answers_total", "Answers of the engine, and how it came by them",
                               {{"answer", answer_name(answer)}, {"source", source_names[source].data()}},
                               value_of(answers_[answer][source]));
    for (std::size_t wanting = 0; wanting < deferrals_.size(); ++wanting)
        exposition.counter("tlspolicyd_deferrals_total", "Answers TEMP, by what was wanting",
                           {{"wanting", std::string(wanting_names[wanting])}}, value_of(deferrals_[wanting]));
    for (std::size_t answer = 0; answer < withheld_.size(); ++answer)
        exposition.counter("tlspolicyd_withheld_answers_total",
                           "What maps in monitor mode would have answered instead of NOTFOUND",
                           {{"answer", answer_name(answer)}}, value_of(withheld_[answer]));
    for (std::size_t event = 0; event < events_.size(); ++event)
        exposition.counter("tlspolicyd_events_total",
                           "What happened to domains: policies learnt, replaced, lost, and so on",
                           {{"event", event_names[event].data()}}, value_of(events_[event]));
    for (std::size_t how = 0; how < discoveries_.size(); ++how)
        exposition.counter("tlspolicyd_discoveries_total", "Looks at records and policies, by result",
                           {{"result", std::string(discovered_names[how])}}, value_of(discoveries_[how]));
    for (const auto& [result, count] : {std::pair{"renewed", &renewed_}, std::pair{"replaced", &replaced_},
                                        std::pair{"failed", &not_renewed_}})
        exposition.counter("tlspolicyd_refreshes_total",
                           "How it went with policies in force that were fetched again", {{"result", result}},
                           value_of(*count));
    for (std::size_t kind = 0; kind < failures_.size(); ++kind)
        exposition.counter(
            "tlspolicyd_discovery_failures_total", "Records and policies that could not be had",
            {{"class", std::string(name_of(static_cast<ErrorKind>(kind)))}}, value_of(failures_[kind]));
}

}  // namespace tlspolicy::telemetry
