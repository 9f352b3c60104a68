#pragma once

#include "engine/observer.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace tlspolicy::telemetry {

class Exposition;

/// Counts what the engine does. Safe from any thread; counting takes no lock.
class Counters final : public engine::Observer {
public:
    void on_event(const engine::Event& event) override;
    void on_discovery(engine::Discovered how) override;
    void on_answer(std::string_view domain, const postfix::Answer& answer,
                   engine::Source source) noexcept override;
    void on_withheld(std::string_view domain, const postfix::Answer& answer,
                     engine::Source source) noexcept override;

    /// In the order of the alternatives of postfix::Answer.
    static const char* answer_name(std::size_t answer) noexcept;
    void show(Exposition& exposition) const;

    /// "answers_found_cached=12 answers_not_found_cached=3 ... cache_full=0", always every counter.
    std::string text() const;

private:
    static constexpr std::size_t sources = 6;
    static constexpr std::size_t error_kinds = 6;
    static constexpr std::size_t wantings = 4;
    using Counter = std::atomic<std::uint64_t>;

    std::array<std::array<Counter, sources>, std::variant_size_v<postfix::Answer>> answers_{};
    std::array<Counter, wantings> deferrals_{};
    std::array<Counter, std::variant_size_v<postfix::Answer>> withheld_{};
    std::array<Counter, std::variant_size_v<engine::Event>> events_{};
    std::array<Counter, engine::discovered_kinds> discoveries_{};
    std::array<Counter, error_kinds> failures_{};  // discoveries, by ErrorKind
    Counter renewed_{};
    Counter replaced_{};
    Counter not_renewed_{};
};

}  // namespace tlspolicy::telemetry
