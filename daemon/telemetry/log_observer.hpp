#pragma once

#include "base/clock.hpp"
#include "base/log_limiter.hpp"
#include "engine/observer.hpp"

#include <spdlog/logger.h>

#include <memory>

namespace tlspolicy::telemetry {

/// One line for every new or changed policy, every failure and every recovery; a failure that repeats itself
/// and a cached answer are worth a line at debug only. Key=value text, the event's name first.
class LogObserver final : public engine::Observer {
public:
    LogObserver(std::shared_ptr<spdlog::logger> log, const Clock& clock)
        : log_(std::move(log)),
          clock_(clock),
          cache_full_(clock),
          overloaded_(clock),
          temp_(clock),
          rejected_(clock) {}

    void on_event(const engine::Event& event) override;
    void on_answer(std::string_view domain, const postfix::Answer& answer,
                   engine::Source source) noexcept override;
    void on_withheld(std::string_view domain, const postfix::Answer& answer,
                     engine::Source source) noexcept override;

private:
    void tell(const engine::PolicyLearned& event);
    void tell(const engine::PolicyReplaced& event);
    void tell(const engine::PolicyRefreshed& event);
    void tell(const engine::PolicyExpired& event);
    void tell(const engine::DiscoveryFailed& event);
    void tell(const engine::DiscoveryRecovered& event);
    void tell(const engine::NoPolicy& event);
    void tell(const engine::CacheFull& event);
    void tell(const engine::Overloaded& event);
    void tell(const engine::DiscoveryBroken& event);
    void tell(const engine::PolicyRecalled& event);
    void tell(const engine::RecallRejected& event);
    void tell(const engine::DaneLearned& event);
    void tell(const engine::DaneWeakened& event);
    void tell(const engine::DaneFailed& event);

    std::shared_ptr<spdlog::logger> log_;
    const Clock& clock_;
    LogLimiter cache_full_;
    LogLimiter overloaded_;
    LogLimiter temp_;
    LogLimiter rejected_;
};

}  // namespace tlspolicy::telemetry
