#pragma once

#include "base/clock.hpp"
#include "cache/entry.hpp"
#include "dns/exchange.hpp"
#include "engine/dane_ports.hpp"
#include "engine/ports.hpp"
#include "https/fetch_trace.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::inquiry {

/// One thing that the engine asked of the world, and what it was told.
template <class Said>
struct Step {
    std::string name;  ///< what was asked about
    Time begun{};
    Time ended{};
    Said said;

    Duration took() const { return ended - begun; }
};

/// All that passed between an engine and the world, in the order in which it came to an end.
struct Journal {
    std::vector<Step<engine::DnsAnswer<engine::TxtRecords>>> texts;
    std::vector<Step<engine::DnsAnswer<engine::HostAddresses>>> policy_hosts;
    std::vector<Step<Result<std::string>>> fetches;
    std::vector<https::AttemptTrace> attempts;  ///< of the fetches
    std::vector<Step<engine::DnsAnswer<engine::MxRecords>>> exchanges;
    std::vector<Step<engine::HostRecords>> hosts;
    std::vector<Step<engine::DnsAnswer<engine::TlsaRecords>>> tlsa;
    std::optional<cache::Cached> learned;  ///< the policy, even where it is not kept (max_age 0)
    std::vector<dns::Exchange> wire;
};

/// The step about this name; null: there was none.
template <class Said>
const Step<Said>* find(const std::vector<Step<Said>>& steps, std::string_view name) {
    for (const auto& step : steps)
        if (step.name == name) return &step;
    return nullptr;
}

/// Under which the TLSA records of a host are written down: "_25._tcp.mx.example.com" (RFC 6698, 3).
inline std::string tlsa_name(std::uint16_t port, std::string_view host) {
    return fmt::format("_{}._tcp.{}", port, host);
}

}  // namespace tlspolicy::inquiry
