#pragma once

#include "base/clock.hpp"
#include "base/histogram.hpp"
#include "engine/dane_ports.hpp"
#include "engine/ports.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstdint>

namespace tlspolicy::telemetry {

class Exposition;

/// DNS with a stopwatch: hands every question on, counts what comes of it, and how long that took. On the
/// network loop.
class TimedDns final : public engine::DnsClient, public engine::DaneDns {
public:
    /// Both outlive it.
    template <class Dns>
    TimedDns(Dns& dns, const Clock& clock) : sts_(dns), dane_(dns), clock_(clock) {}

    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain name) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain host) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::MxRecords>> mx(Domain domain) override;
    boost::asio::awaitable<engine::HostRecords> host(Domain host) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::TlsaRecords>> tlsa(Domain name) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::AliasRecord>> alias(Domain name) override;

    void show(Exposition& exposition) const;

private:
    enum Type { txt_type, address_type, mx_type, tlsa_type, cname_type, types };
    enum Result { found, absent, failed, results };

    template <class Records>
    static Result result_of(const engine::DnsAnswer<Records>& answer) noexcept;
    void note(Type type, Result result, Time begun) noexcept;

    engine::DnsClient& sts_;
    engine::DaneDns& dane_;
    const Clock& clock_;
    std::array<std::array<std::uint64_t, results>, types> results_{};
    std::array<Histogram, types> took_{};
};

/// Likewise for policies.
class TimedFetcher final : public engine::PolicyFetcher {
public:
    TimedFetcher(engine::PolicyFetcher& fetcher, const Clock& clock) : fetcher_(fetcher), clock_(clock) {}
    boost::asio::awaitable<Result<std::string>> fetch(Domain policy_domain) override;

    void show(Exposition& exposition) const;

private:
    engine::PolicyFetcher& fetcher_;
    const Clock& clock_;
    std::uint64_t fetched_ = 0;
    std::uint64_t certificates_refused_ = 0;
    std::uint64_t failed_ = 0;
    Histogram took_;
};

}  // namespace tlspolicy::telemetry
