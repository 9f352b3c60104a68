#pragma once

#include "base/wall_clock.hpp"
#include "cli/finding.hpp"
#include "tls/trust.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Judgements of certificates (RFC 8461, 3.3 and 4.2). Pure.
namespace tlspolicy::cli {

enum class Presenter : std::uint8_t { policy_host, mail_host };

/// A certificate that is good for less than this is worth a warning.
constexpr std::chrono::days certificate_notice{14};

/// Full days until a certificate ends; negative when it has.
std::int64_t days_left(const tls::Certificate& certificate, WallTime now);

/// A finding for each fault, each with its fix; one for an end that is near; none for a certificate without
/// either. `where` begins the text: "mx.example.com [192.0.2.25]". `grave` is how bad a fault is.
std::vector<Finding> judge_certificate(const tls::Chain& chain, std::span<const tls::ChainFault> faults,
                                       Presenter presenter, std::string_view where, WallTime now,
                                       Severity grave);

}  // namespace tlspolicy::cli
