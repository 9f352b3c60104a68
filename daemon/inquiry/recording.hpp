#pragma once

#include "base/clock.hpp"
#include "dns/exchange.hpp"
#include "engine/dane_ports.hpp"
#include "engine/observer.hpp"
#include "engine/ports.hpp"
#include "https/fetch_trace.hpp"
#include "inquiry/journal.hpp"

/// The engine's ports with a pencil: each hands every call on, and writes down what was said.
namespace tlspolicy::inquiry {

/// `Dns` is both ports at once; all outlive this.
class RecordingDns final : public engine::DnsClient, public engine::DaneDns {
public:
    RecordingDns(engine::DnsClient& sts, engine::DaneDns& dane, const Clock& clock, Journal& journal)
        : sts_(sts), dane_(dane), clock_(clock), journal_(journal) {}

    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain name) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain host) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::MxRecords>> mx(Domain domain) override;
    boost::asio::awaitable<engine::HostRecords> host(Domain host) override;
    boost::asio::awaitable<engine::DnsAnswer<engine::TlsaRecords>> tlsa(Domain name) override;
    /// Handed on alone: nobody shows it.
    boost::asio::awaitable<engine::DnsAnswer<engine::AliasRecord>> alias(Domain name) override;

private:
    engine::DnsClient& sts_;
    engine::DaneDns& dane_;
    const Clock& clock_;
    Journal& journal_;
};

class RecordingFetcher final : public engine::PolicyFetcher {
public:
    RecordingFetcher(engine::PolicyFetcher& fetcher, const Clock& clock, Journal& journal)
        : fetcher_(fetcher), clock_(clock), journal_(journal) {}

    boost::asio::awaitable<Result<std::string>> fetch(Domain policy_domain) override;

private:
    engine::PolicyFetcher& fetcher_;
    const Clock& clock_;
    Journal& journal_;
};

/// Keeps the policy that was learnt, and nothing else.
class RecordingObserver final : public engine::Observer {
public:
    explicit RecordingObserver(Journal* journal) : journal_(journal) {}

    void on_event(const engine::Event& event) override;
    void on_answer(std::string_view /*domain*/, const postfix::Answer& /*answer*/,
                   engine::Source /*source*/) noexcept override {}
    void on_withheld(std::string_view /*domain*/, const postfix::Answer& /*answer*/,
                     engine::Source /*source*/) noexcept override {}

private:
    Journal* journal_;
};

/// What the adapters show of their doings.
class RecordingWire final : public dns::QueryObserver, public https::FetchObserver {
public:
    explicit RecordingWire(Journal& journal) : journal_(journal) {}
    void exchanged(const dns::Exchange& exchange) override { journal_.wire.push_back(exchange); }
    void attempted(const Domain& /*policy_domain*/, const https::AttemptTrace& attempt) override {
        journal_.attempts.push_back(attempt);
    }

private:
    Journal& journal_;
};

}  // namespace tlspolicy::inquiry
