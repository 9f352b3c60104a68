#include "engine/dane_discovery.hpp"

#include "async/event.hpp"
#include "engine/records_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

namespace tlspolicy::engine {
namespace {

using dane::HostState;
using dane::Lookup;
using dane::MxState;

/// What an answer says to DANE; its time and its failure go to `found`.
template <class Records>
Lookup weigh(const DnsAnswer<Records>& answer, FoundHost& found) {
    if (!answer) {
        found.why = answer.error().message();
        return Lookup::failed;
    }
    if (const auto* absent = std::get_if<Absent>(&answer.value())) {
        found.ttl = std::min(found.ttl, absent->ttl.value_or(Duration::zero()));
        if (absent->why == Absent::Why::nxdomain) return Lookup::no_such_name;
        return absent->secure ? Lookup::nothing : Lookup::nothing_insecure;
    }
    const auto& records = std::get<Records>(answer.value());
    found.ttl = std::min(found.ttl, records.ttl);
    return records.secure ? Lookup::secure : Lookup::insecure;
}

/// Where the host's CNAMEs end; the host itself where it has none.
std::string owner_of(const HostRecords& records, std::string_view host) {
    for (const auto* family : {&records.v6, &records.v4})
        if (const auto* addresses = records_in(*family)) return addresses->owner;
    return std::string(host);
}

DaneFindings without_hosts(MxState mx, std::string why = {}) {
    DaneFindings findings;
    findings.mx = mx;
    findings.why = std::move(why);
    return findings;
}

DaneFindings single_host(MxState mx, const Domain& host) {
    DaneFindings findings = without_hosts(mx);
    findings.hosts.push_back({std::string(host.text())});
    return findings;
}

/// RFC 5321, 5.1: in order of preference.
DaneFindings hosts_of(MxRecords records) {
    DaneFindings findings = without_hosts(records.secure ? MxState::secure : MxState::insecure);
    std::stable_sort(records.exchanges.begin(), records.exchanges.end(),
                     [](const auto& a, const auto& b) { return a.preference < b.preference; });
    for (auto& exchange : records.exchanges) {
        if (exchange.host.empty() || findings.hosts.size() >= DaneDiscovery::max_hosts) continue;
        const bool known = std::any_of(findings.hosts.begin(), findings.hosts.end(),
                                       [&](const FoundHost& host) { return host.name == exchange.host; });
        if (!known) findings.hosts.push_back({std::move(exchange.host)});
    }
    if (findings.hosts.empty()) findings.mx = MxState::no_mail;  // a null MX
    findings.mx_ttl = records.ttl;
    return findings;
}

}  // namespace

/// The hosts of one discovery, and the workers that take one after the other.
struct DaneDiscovery::Round {
    Round(const boost::asio::any_io_executor& network, std::vector<FoundHost> all, std::uint16_t tlsa_port)
        : hosts(std::move(all)), port(tlsa_port), done(network) {}

    std::vector<FoundHost> hosts;
    std::uint16_t port;
    std::size_t next = 0;
    std::size_t working = 0;
    std::exception_ptr failure = nullptr;
    async::Event done;
};

DaneDiscovery::DaneDiscovery(const boost::asio::any_io_executor& network, DaneDns& dns)
    : network_(network), dns_(dns), tasks_(network, [](const std::exception_ptr&) {
          // A worker hands its failure to its round.
      }) {}

boost::asio::awaitable<DaneFindings> DaneDiscovery::discover(DaneTarget target) {
    DaneFindings findings = co_await list_hosts(target);
    if (findings.hosts.empty()) co_return findings;
    const auto round = std::make_shared<Round>(network_, std::move(findings.hosts), target.port);
    round->working = std::min(hosts_at_once, round->hosts.size());
    for (std::size_t i = round->working; i > 0; --i)
        tasks_.spawn(work(round));
    co_await round->done.wait();
    if (round->working > 0) co_return findings;  // cancelled: the workers still write to their hosts
    if (round->failure) std::rethrow_exception(round->failure);
    findings.hosts = std::move(round->hosts);
    co_return findings;
}

boost::asio::awaitable<DaneFindings> DaneDiscovery::list_hosts(DaneTarget target) {
    if (target.is_host) co_return single_host(MxState::secure, target.name);
    auto answer = co_await dns_.mx(target.name);
    if (!answer) co_return without_hosts(MxState::failed, answer.error().message());
    if (auto* records = std::get_if<MxRecords>(&answer.value())) co_return hosts_of(std::move(*records));
    const auto& absent = std::get<Absent>(answer.value());
    DaneFindings findings =
        absent.why == Absent::Why::nxdomain
            ? without_hosts(MxState::no_mail)
            : single_host(absent.secure ? MxState::secure : MxState::insecure, target.name);
    findings.mx_ttl = absent.ttl.value_or(Duration::zero());
    co_return findings;
}

boost::asio::awaitable<void> DaneDiscovery::work(std::shared_ptr<Round> round) {
    try {
        while (round->next < round->hosts.size()) {
            FoundHost& found = round->hosts[round->next++];
            const auto host = Domain::parse(found.name);
            if (!host)
                found.state = HostState::no_dane;  // a name that Postfix would not connect to
            else
                co_await look_up(*host, round->port, found);
        }
    } catch (...) {
        round->failure = std::current_exception();
    }
    if (--round->working == 0) round->done.set();
}

boost::asio::awaitable<void> DaneDiscovery::look_up(Domain host, std::uint16_t port, FoundHost& found) {
    const HostRecords records = co_await dns_.host(host);
    FoundHost v4 = found;
    const Lookup six = weigh(records.v6, found);
    const Lookup four = weigh(records.v4, v4);
    found.ttl = std::min(found.ttl, v4.ttl);
    if (four == Lookup::failed) found.why = v4.why;
    const auto addresses = dane::judge_addresses(six, four);
    if (addresses == dane::Addresses::failed) co_return;
    found.why.clear();  // one family is enough
    if (addresses == dane::Addresses::none) {
        found.state = HostState::no_addresses;
        co_return;
    }
    const std::string owner = owner_of(records, host.text());
    const bool aliased = owner != host.text();
    if (addresses == dane::Addresses::insecure) {
        found.state = HostState::no_dane;
        if (!aliased) co_return;
        // RFC 7672, 2.2.2: an alias from a signed zone to an unsigned one still vouches for its own name.
        const bool vouches = co_await has_secure_alias(host, found);
        if (vouches) found.state = co_await look_up_tlsa(host, port, found);
        co_return;
    }
    // RFC 7672, 2.2.3: the end of the aliases first.
    const auto target = Domain::parse(owner);
    found.state = HostState::no_dane;
    if (aliased && target) found.state = co_await look_up_tlsa(*target, port, found);
    if (found.state == HostState::no_dane) found.state = co_await look_up_tlsa(host, port, found);
}

boost::asio::awaitable<bool> DaneDiscovery::has_secure_alias(Domain host, FoundHost& found) {
    const auto alias = co_await dns_.alias(host);
    const Lookup said = weigh(alias, found);
    if (said == Lookup::failed) found.state = HostState::failed;
    co_return said == Lookup::secure;
}

boost::asio::awaitable<HostState> DaneDiscovery::look_up_tlsa(Domain base, std::uint16_t port,
                                                              FoundHost& found) {
    const auto protocol = base.below("_tcp");
    if (!protocol) co_return HostState::no_dane;  // too long a name: it cannot have any
    const auto name = protocol->below(fmt::format("_{}", port));
    if (!name) co_return HostState::no_dane;
    const auto answer = co_await dns_.tlsa(*name);
    const Lookup said = weigh(answer, found);
    const auto* records = records_in(answer);
    co_return dane::judge_tlsa(said, records == nullptr ? std::span<const dane::Tlsa>() : records->records);
}

}  // namespace tlspolicy::engine
