#pragma once

#include "async/event.hpp"
#include "engine/ports.hpp"
#include "fakes/manual_clock.hpp"
#include "fakes/scripted_dns.hpp"
#include "fakes/scripted_fetcher.hpp"
#include "oracle.hpp"
#include "world.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tlspolicy::scenarios {

/// Every step that the engine takes towards the network passes here: it is counted, may be made to wait, and
/// the one that the run's fault names goes wrong.
class Gate {
public:
    enum class Passed : std::uint8_t { yes, refused, timed_out, denied, spoilt };

    Gate(boost::asio::any_io_executor executor, const Clock& clock, Fault fault)
        : executor_(std::move(executor)), clock_(clock), fault_(fault) {}

    boost::asio::awaitable<Passed> pass() {
        ++steps_;
        const Fault::Kind fault = fault_at(steps_);
        if (fault == Fault::Kind::fails) co_return Passed::refused;
        if (fault == Fault::Kind::denied) co_return Passed::denied;
        if (fault == Fault::Kind::spoilt) co_return Passed::spoilt;
        if (fault == Fault::Kind::silent || held_) {
            Waiting waiting(*this, fault == Fault::Kind::silent);
            co_await waiting.event.wait();
            if (!waiting.released) co_return Passed::timed_out;
        }
        co_return Passed::yes;
    }

    void hold() { held_ = true; }
    void release() {
        held_ = false;
        for (Waiting* each : waiting_) {
            if (each->silent) continue;
            each->released = true;
            each->event.set();
        }
    }
    /// What waits goes on, and what comes next waits.
    void let_go() {
        release();
        hold();
    }
    /// Ends the waits that a real client would have given up by now.
    void time_out() {
        for (Waiting* each : waiting_)
            if (clock_.now() >= each->until) each->event.set();
    }

    std::size_t steps() const noexcept { return steps_; }
    std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    /// Longer than an answer may take, so that askers leave first.
    static constexpr Duration patience = std::chrono::seconds(45);

    struct Waiting {
        Waiting(Gate& owner, bool in_silence)
            : gate(owner), event(owner.executor_), until(owner.clock_.now() + patience), silent(in_silence) {
            gate.waiting_.push_back(this);
        }
        Waiting(const Waiting&) = delete;
        Waiting& operator=(const Waiting&) = delete;
        ~Waiting() { gate.waiting_.erase(std::find(gate.waiting_.begin(), gate.waiting_.end(), this)); }

        Gate& gate;
        async::Event event;
        Time until;
        bool silent;
        bool released = false;
    };

    Fault::Kind fault_at(std::size_t step) const noexcept {
        if (fault_.kind == Fault::Kind::all_fail)
            return step >= fault_.step ? Fault::Kind::fails : Fault::Kind::none;
        return step == fault_.step ? fault_.kind : Fault::Kind::none;
    }

    boost::asio::any_io_executor executor_;
    const Clock& clock_;
    Fault fault_;
    bool held_ = false;
    std::size_t steps_ = 0;
    std::vector<Waiting*> waiting_;
};

/// The scripted DNS behind the gate; the oracle hears whether it said something of a record.
class GatedDns final : public engine::DnsClient {
public:
    GatedDns(Gate& gate, fakes::ScriptedDns& script, Oracle& oracle)
        : gate_(gate), script_(script), oracle_(oracle) {}

    boost::asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> txt(Domain name) override {
        constexpr std::string_view label = "_mta-sts.";
        const std::string domain(name.text().substr(label.size()));
        oracle_.looked_up(domain, false);
        const auto passed = co_await gate_.pass();
        auto answer = failure<engine::TxtRecords>(passed);
        if (passed == Gate::Passed::yes) answer = co_await script_.txt(name);
        oracle_.looked_up(domain, answer.has_value());
        co_return answer;
    }
    boost::asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> addresses(Domain host) override {
        const auto passed = co_await gate_.pass();
        auto answer = failure<engine::HostAddresses>(passed);
        if (passed == Gate::Passed::yes) answer = co_await script_.addresses(host);
        co_return answer;
    }

private:
    template <class Records>
    static engine::DnsAnswer<Records> failure(Gate::Passed passed) {
        if (passed == Gate::Passed::denied) return engine::Absent{engine::Absent::Why::nxdomain, {}};
        if (passed == Gate::Passed::spoilt) return engine::Absent{engine::Absent::Why::nodata, {}};
        return Error(ErrorKind::dns, passed == Gate::Passed::timed_out ? "timed out" : "SERVFAIL");
    }

    Gate& gate_;
    fakes::ScriptedDns& script_;
    Oracle& oracle_;
};

/// The scripted policy hosts behind the gate; the oracle hears of every policy that comes through.
class GatedFetcher final : public engine::PolicyFetcher {
public:
    GatedFetcher(Gate& gate, fakes::ScriptedFetcher& script, Oracle& oracle, const Clock& clock)
        : gate_(gate), script_(script), oracle_(oracle), clock_(clock) {}

    boost::asio::awaitable<Result<std::string>> fetch(Domain policy_domain) override {
        oracle_.asked_for(policy_domain.text(), clock_.now());
        const auto passed = co_await gate_.pass();
        auto body = failure(passed);
        if (passed == Gate::Passed::yes) body = co_await script_.fetch(policy_domain);
        if (body) oracle_.served(policy_domain.text(), *body, clock_.now());
        co_return body;
    }

private:
    static Result<std::string> failure(Gate::Passed passed) {
        if (passed == Gate::Passed::denied) return Error(ErrorKind::webpki, "certificate has expired");
        if (passed == Gate::Passed::spoilt) return std::string("version: STSv1\nmode: none\nmax_age: soon\n");
        return Error(ErrorKind::fetch,
                     passed == Gate::Passed::timed_out ? "timed out" : "connection refused");
    }

    Gate& gate_;
    fakes::ScriptedFetcher& script_;
    Oracle& oracle_;
    const Clock& clock_;
};

}  // namespace tlspolicy::scenarios
