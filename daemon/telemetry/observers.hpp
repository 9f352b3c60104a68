#pragma once

#include "engine/observer.hpp"

#include <vector>

namespace tlspolicy::telemetry {

/// Passes everything on to several observers, which outlive it.
class Observers final : public engine::Observer {
public:
    explicit Observers(std::vector<engine::Observer*> all) : all_(std::move(all)) {}

    void on_event(const engine::Event& event) override {
        for (auto* observer : all_)
            observer->on_event(event);
    }
    void on_discovery(engine::Discovered how) override {
        for (auto* observer : all_)
            observer->on_discovery(how);
    }
    void on_withheld(std::string_view domain, const postfix::Answer& answer,
                     engine::Source source) noexcept override {
        for (auto* observer : all_)
            observer->on_withheld(domain, answer, source);
    }
    void on_answer(std::string_view domain, const postfix::Answer& answer,
                   engine::Source source) noexcept override {
        for (auto* observer : all_)
            observer->on_answer(domain, answer, source);
    }

private:
    std::vector<engine::Observer*> all_;
};

}  // namespace tlspolicy::telemetry
