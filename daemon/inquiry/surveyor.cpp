#include "inquiry/surveyor.hpp"

#include "base/printable.hpp"
#include "engine/records_in.hpp"
#include "https/address_guard.hpp"
#include "smtp/probe.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace tlspolicy::inquiry {
namespace {

namespace asio = boost::asio;

}  // namespace

Surveyor::Surveyor(const dns::Settings& dns, const https::Settings& https, smtp::Settings smtp)
    : https_(https),
      smtp_(std::move(smtp)),
      dns_(loop_.get_executor(), clock_, dns),
      recorded_(dns_, dns_, clock_, journal_),
      wire_(journal_),
      fetcher_(loop_.get_executor(), clock_, recorded_, https),
      roots_(https.ca_file, clock_),
      discovery_(loop_.get_executor(), recorded_) {
    fetcher_.observe(wire_);
}

Surveyor::~Surveyor() {
    // A worker's last step, after it has said that it is done, may still be ahead.
    while (!discovery_.idle())
        loop_.run_one();
}

Survey Surveyor::look_at(const Domain& domain) {
    Survey survey(domain, wall_clock_.now());
    std::vector<Work> works;
    if (const auto name = domain.below("_mta-sts")) works.push_back(look_up_record(*name, survey.record));
    if (const auto tls = domain.below("_tls"))
        if (const auto name = tls->below("_smtp")) works.push_back(look_up_record(*name, survey.reporting));
    works.push_back(fetch_policy(domain, survey.policy));
    works.push_back(discover_hosts(domain, survey));
    run(std::move(works));

    works.clear();
    for (SurveyedHost& host : survey.hosts)
        if (host.looked_at) works.push_back(complete(host));
    run(std::move(works));

    works.clear();
    for (SurveyedHost& host : survey.hosts)
        for (ProbedAddress& at : host.addresses)
            if (at.refused.empty()) works.push_back(probe_address(host.name, at));
    run(std::move(works));
    judge_certificates(survey);
    return survey;
}

Surveyor::Work Surveyor::look_up_record(Domain name, engine::DnsAnswer<engine::TxtRecords>& into) {
    into = co_await recorded_.txt(name);
}

Surveyor::Work Surveyor::fetch_policy(Domain domain, FetchedPolicy& into) {
    into.body = co_await fetcher_.fetch_everywhere(domain);
    into.attempts = journal_.attempts;
    const auto* found =
        journal_.policy_hosts.empty() ? nullptr : engine::records_in(journal_.policy_hosts.front().said);
    if (found != nullptr && !into.attempts.empty())
        into.left_out = found->addresses.size() - into.attempts.size();
}

Surveyor::Work Surveyor::discover_hosts(Domain domain, Survey& survey) {
    const engine::DaneTarget target{domain, smtp_.port, false};
    engine::DaneFindings findings = co_await discovery_.discover(target);
    survey.mx = findings.mx;
    survey.mx_why = findings.why;
    for (auto& found : findings.hosts) {
        SurveyedHost host{printable(found.name)};
        host.dane = found.state;
        host.why = std::move(found.why);
        survey.hosts.push_back(std::move(host));
    }
    list_others(survey);
}

/// Discovery asks about so many hosts and no more, but a policy is to cover them all (RFC 8461, 4.1).
void Surveyor::list_others(Survey& survey) const {
    const auto* records =
        journal_.exchanges.empty() ? nullptr : engine::records_in(journal_.exchanges.front().said);
    if (records == nullptr) return;
    auto exchanges = records->exchanges;
    std::stable_sort(exchanges.begin(), exchanges.end(),
                     [](const auto& a, const auto& b) { return a.preference < b.preference; });
    for (const auto& exchange : exchanges) {
        if (exchange.host.empty()) continue;
        SurveyedHost other{printable(exchange.host)};
        other.looked_at = false;
        const bool known = std::any_of(survey.hosts.begin(), survey.hosts.end(),
                                       [&](const SurveyedHost& host) { return host.name == other.name; });
        if (!known) survey.hosts.push_back(std::move(other));
    }
}

/// The addresses and TLSA records that discovery has seen, and those that it had no use for.
Surveyor::Work Surveyor::complete(SurveyedHost& host) {
    take_addresses(host);
    take_tlsa(host);
    const auto name = Domain::parse(tlsa_name(smtp_.port, host.name));
    if (!host.tlsa.empty() || !name || find(journal_.tlsa, name->text()) != nullptr) co_return;
    const auto answer = co_await recorded_.tlsa(*name);
    take_tlsa(host);
}

Surveyor::Work Surveyor::probe_address(std::string host, ProbedAddress& at) {
    auto context = roots_.current();
    if (!context) {
        at.probed.step = smtp::Step::not_from_here;
        at.probed.failure = context.error();
        co_return;
    }
    smtp::Settings settings = smtp_;
    auto probing = smtp::probe(loop_.get_executor(), std::move(*context), std::move(settings),
                               std::move(host), at.address);
    at.probed = co_await std::move(probing);
}

void Surveyor::take_addresses(SurveyedHost& host) const {
    const auto* step = find(journal_.hosts, host.name);
    if (step == nullptr) return;
    for (const auto* family : {&step->said.v6, &step->said.v4}) {
        if (!*family) host.gaps.push_back(family->error().message());
        const auto* records = engine::records_in(*family);
        if (records == nullptr) continue;
        for (const IpAddress& address : records->addresses) {
            if (host.addresses.size() >= max_addresses) {
                ++host.left_out;
                continue;
            }
            ProbedAddress at{address};
            at.refused = https::refusal(address, https_.allow_addresses).value_or("");
            host.addresses.push_back(std::move(at));
        }
    }
}

/// RFC 7672, 2.2.3: those of the name at the end of the aliases first.
void Surveyor::take_tlsa(SurveyedHost& host) const {
    std::vector<std::string> bases;
    if (const auto* step = find(journal_.hosts, host.name))
        for (const auto* family : {&step->said.v6, &step->said.v4})
            if (const auto* records = engine::records_in(*family)) bases.push_back(records->owner);
    bases.push_back(host.name);
    for (const std::string& base : bases) {
        const auto* step = find(journal_.tlsa, tlsa_name(smtp_.port, base));
        const auto* records = step == nullptr ? nullptr : engine::records_in(step->said);
        if (records == nullptr) continue;
        host.tlsa = records->records;
        // What DNSSEC does not vouch for on the way to the host makes the records as good as unsigned.
        host.tlsa_secure = records->secure && host.dane != dane::HostState::no_dane;
        return;
    }
}

void Surveyor::judge_certificates(Survey& survey) {
    const auto context = roots_.current();
    if (!context) return;
    auto& policy = survey.policy;
    const auto* attempt = https::decisive(policy.attempts);
    if (!policy.body && attempt != nullptr && !attempt->chain.empty())
        policy.faults = tls::faults_of(**context, attempt->chain,
                                       fmt::format("mta-sts.{}", survey.domain.text()), survey.now);
    for (SurveyedHost& host : survey.hosts)
        for (ProbedAddress& at : host.addresses)
            if (at.probed.step == smtp::Step::done && at.refused.empty())
                at.faults = tls::faults_of(**context, at.probed.chain, host.name, survey.now);
}

/// Until all of them are done.
void Surveyor::run(std::vector<Work> works) {
    std::size_t left = works.size();
    std::exception_ptr failure;
    for (Work& work : works)
        asio::co_spawn(loop_, std::move(work), [&](std::exception_ptr failed) {
            --left;
            if (failed && !failure) failure = std::move(failed);
        });
    while (left > 0)
        loop_.run_one();
    if (failure) std::rethrow_exception(failure);
}

}  // namespace tlspolicy::inquiry
