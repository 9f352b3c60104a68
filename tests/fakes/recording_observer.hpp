#pragma once

#include "engine/observer.hpp"
#include "sts/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tlspolicy::fakes {

/// Writes down what the engine tells, a line an event, the event's name first: "learned example.com enforce
/// id1".
class RecordingObserver : public engine::Observer {
public:
    void on_event(const engine::Event& event) override { lines_.push_back(std::visit(Line{}, event)); }
    void on_discovery(engine::Discovered how) override { discoveries_.push_back(how); }
    void on_answer(std::string_view /*domain*/, const postfix::Answer& /*answer*/,
                   engine::Source source) noexcept override {
        ++answers_[static_cast<std::size_t>(source)];
    }

    void on_withheld(std::string_view /*domain*/, const postfix::Answer& /*answer*/,
                     engine::Source /*source*/) noexcept override {
        ++withheld_;
    }

    std::size_t withheld() const noexcept { return withheld_; }
    const std::vector<engine::Discovered>& discoveries() const noexcept { return discoveries_; }
    const std::vector<std::string>& lines() const noexcept { return lines_; }
    std::string last() const { return lines_.empty() ? std::string() : lines_.back(); }
    /// How many lines begin with these words.
    std::size_t count(std::string_view words) const {
        return static_cast<std::size_t>(
            std::count_if(lines_.begin(), lines_.end(), [words](const std::string& line) {
                return std::string_view(line).substr(0, words.size()) == words;
            }));
    }
    std::size_t answers(engine::Source source) const { return answers_[static_cast<std::size_t>(source)]; }

private:
    struct Line {
        static std::string shown(const cache::Cached& cached) {
            return fmt::format("{} {}", sts::name_of(cached.policy->policy.mode), cached.id);
        }
        static std::string shown(const cache::Failure* failure) {
            if (failure == nullptr) return "nothing";
            return fmt::format("{}/{}", name_of(failure->error.kind()), failure->count);
        }
        std::string operator()(const engine::PolicyLearned& event) const {
            return fmt::format("learned {} {}", event.domain.text(), shown(event.now));
        }
        std::string operator()(const engine::PolicyReplaced& event) const {
            return fmt::format("replaced {} {} -> {}", event.domain.text(), shown(event.before),
                               shown(event.now));
        }
        std::string operator()(const engine::PolicyRefreshed& event) const {
            return fmt::format("refreshed {} {}", event.domain.text(), shown(event.now));
        }
        std::string operator()(const engine::PolicyExpired& event) const {
            return fmt::format("expired {} {}", event.domain.text(), shown(event.before));
        }
        std::string operator()(const engine::DiscoveryFailed& event) const {
            return fmt::format("failed {} {} after {} applied {}", event.domain.text(), shown(&event.failure),
                               shown(event.before),
                               event.applied == nullptr ? std::string("nothing") : shown(*event.applied));
        }
        std::string operator()(const engine::DiscoveryRecovered& event) const {
            return fmt::format("recovered {} {}", event.domain.text(), shown(&event.before));
        }
        std::string operator()(const engine::NoPolicy& event) const {
            return fmt::format("no-policy {} {}", event.domain.text(), event.why);
        }
        std::string operator()(const engine::CacheFull& event) const {
            return fmt::format("cache-full {} {}", event.domain.text(), event.entries);
        }
        std::string operator()(const engine::Overloaded& event) const {
            return fmt::format("overloaded {}", event.domain.text());
        }
        std::string operator()(const engine::DiscoveryBroken& event) const {
            return fmt::format("broken {}", event.what);
        }
        std::string operator()(const engine::PolicyRecalled& event) const {
            return fmt::format("recalled {} {} from {}", event.domain.text(), shown(event.now),
                               event.source == engine::Source::shared ? "shared" : "own");
        }
        std::string operator()(const engine::DaneLearned& event) const {
            return fmt::format("dane {} {} -> {}", event.key, dane::name_of(event.before),
                               dane::name_of(event.now.standing));
        }
        std::string operator()(const engine::DaneWeakened& event) const {
            return fmt::format("dane-weakened {} {} -> {}", event.key, dane::name_of(event.before),
                               dane::name_of(event.now.standing));
        }
        std::string operator()(const engine::DaneFailed& event) const {
            return fmt::format("dane-failed {} {} {}", event.key, dane::name_of(event.now.standing),
                               event.now.why);
        }
        std::string operator()(const engine::RecallRejected& event) const {
            return fmt::format("rejected {} {}", event.domain, event.why.message());
        }
    };

    std::vector<std::string> lines_;
    std::vector<engine::Discovered> discoveries_;
    std::array<std::size_t, 6> answers_{};
    std::size_t withheld_ = 0;
};

}  // namespace tlspolicy::fakes
