#pragma once

#include "base/clock.hpp"
#include "cache/policy_cache.hpp"
#include "config/config.hpp"
#include "dns/cares_client.hpp"
#include "engine/policy_engine.hpp"
#include "https/policy_fetcher.hpp"
#include "inquiry/journal.hpp"
#include "inquiry/recording.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <optional>

namespace tlspolicy::inquiry {

/// The daemon's engine in this process: the same parts wired in the same way, with memory alone behind them
/// and nobody listening. One thread.
class LocalEngine {
public:
    /// `journal`: where everything is written down; null: nowhere. It outlives this.
    LocalEngine(const config::Config& config, Journal* journal);
    /// Ends what is under way.
    ~LocalEngine();
    LocalEngine(const LocalEngine&) = delete;
    LocalEngine& operator=(const LocalEngine&) = delete;

    /// Fails where policies cannot be fetched at all: the trusted roots cannot be read.
    Result<void> usable() { return fetcher_.usable(); }

    engine::PolicyEngine& engine() noexcept { return engine_; }
    dns::CaresClient& dns() noexcept { return dns_; }
    boost::asio::io_context& loop() noexcept { return loop_; }
    const Clock& clock() const noexcept { return clock_; }
    /// The operator's word that is in force for a domain.
    engine::Overrides::Match word_on(std::string_view domain) const {
        return overrides_.match(domain, wall_clock_.now());
    }
    cache::EntryPtr entry(const Domain& domain) const { return cache_.find(domain.text()); }

    /// Runs the loop and ticks the engine until `done` says so. It is asked after every piece of work.
    void run_until(const std::function<bool()>& done);

private:
    /// Stand before the ports that record.
    struct Recorders {
        Recorders(dns::CaresClient& dns, const Clock& clock, Journal& journal)
            : ports(dns, dns, clock, journal), wire(journal) {
            dns.observe(wire);
        }
        RecordingDns ports;
        RecordingWire wire;
        std::optional<RecordingFetcher> fetcher;
    };
    engine::DnsClient& dns_port(Journal* journal);
    engine::DaneDns& dane_port();
    engine::PolicyFetcher& fetcher_port(Journal* journal);

    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
    SystemClock clock_;
    SystemWallClock wall_clock_;
    engine::Overrides overrides_;
    RecordingObserver observer_;
    cache::PolicyCache cache_;
    dns::CaresClient dns_;
    std::optional<Recorders> recorders_;
    https::HttpsPolicyFetcher fetcher_;
    engine::PolicyEngine engine_;
    Time next_tick_{};
};

}  // namespace tlspolicy::inquiry
