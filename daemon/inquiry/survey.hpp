#pragma once

#include "base/domain.hpp"
#include "base/wall_clock.hpp"
#include "dane/standing.hpp"
#include "engine/ports.hpp"
#include "https/fetch_trace.hpp"
#include "smtp/probe.hpp"
#include "tls/trust.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What a look at a domain from outside has found: values, which others judge.
namespace tlspolicy::inquiry {

struct FetchedPolicy {
    Result<std::string> body;
    std::vector<https::AttemptTrace> attempts = {};
    std::vector<tls::ChainFault> faults = {};  ///< of the certificate of the decisive attempt
    std::size_t left_out = 0;                  ///< addresses beyond those of the attempts
};

struct ProbedAddress {
    IpAddress address;
    std::string refused = {};  ///< why it was not connected to (STS-27); empty where it was
    smtp::Probed probed = {};
    std::vector<tls::ChainFault> faults = {};  ///< of the certificates presented, if any
};

struct SurveyedHost {
    std::string name;       ///< as the MX record has it, printable
    bool looked_at = true;  ///< false: others went before it, and only its name is known
    dane::HostState dane = dane::HostState::no_dane;
    std::string why = {};  ///< what failed in looking it up
    std::vector<dane::Tlsa> tlsa = {};
    bool tlsa_secure = false;
    std::vector<ProbedAddress> addresses = {};
    std::vector<std::string> gaps = {};  ///< why a family of its addresses could not be looked up
    std::size_t left_out = 0;            ///< addresses beyond those, which were not connected to
};

struct Survey {
    Survey(const Domain& of, WallTime at) : domain(of), now(at) {}

    Domain domain;
    WallTime now;
    engine::DnsAnswer<engine::TxtRecords> record = engine::Absent{};
    FetchedPolicy policy = {Error(ErrorKind::fetch, "not fetched")};
    dane::MxState mx = dane::MxState::failed;
    std::string mx_why = {};
    std::vector<SurveyedHost> hosts = {};  ///< in order of preference
    engine::DnsAnswer<engine::TxtRecords> reporting = engine::Absent{};
};

}  // namespace tlspolicy::inquiry
