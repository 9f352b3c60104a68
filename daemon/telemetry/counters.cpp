#include "telemetry/counters.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>

namespace tlspolicy::telemetry {
namespace {

// In the order of the alternatives of postfix::Answer, engine::Source and engine::Event.
constexpr std::array<std::string_view, 6> answer_names{"found", "not_found", "temp",
                                                       "perm",  "dane",      "overridden"};
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
}

void Counters::on_answer(std::string_view /*domain*/, const postfix::Answer& answer,
                         engine::Source source) noexcept {
    answers_[answer.index()][static_cast<std::size_t>(source)].fetch_add(1, std::memory_order_relaxed);
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

}  // namespace tlspolicy::telemetry
