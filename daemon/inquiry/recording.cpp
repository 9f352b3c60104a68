#include "inquiry/recording.hpp"

#include <utility>

namespace tlspolicy::inquiry {
namespace {

namespace asio = boost::asio;

/// Not in a statement that awaits: g++ 12 would destroy what it makes twice.
template <class Said>
void note(std::vector<Step<Said>>& steps, const Domain& name, Time begun, Time ended, const Said& said) {
    steps.push_back(Step<Said>{std::string(name.text()), begun, ended, said});
}

}  // namespace

asio::awaitable<engine::DnsAnswer<engine::TxtRecords>> RecordingDns::txt(Domain name) {
    const Time begun = clock_.now();
    auto answer = co_await sts_.txt(name);
    note(journal_.texts, name, begun, clock_.now(), answer);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::HostAddresses>> RecordingDns::addresses(Domain host) {
    const Time begun = clock_.now();
    auto answer = co_await sts_.addresses(host);
    note(journal_.policy_hosts, host, begun, clock_.now(), answer);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::MxRecords>> RecordingDns::mx(Domain domain) {
    const Time begun = clock_.now();
    auto answer = co_await dane_.mx(domain);
    note(journal_.exchanges, domain, begun, clock_.now(), answer);
    co_return answer;
}

asio::awaitable<engine::HostRecords> RecordingDns::host(Domain host) {
    const Time begun = clock_.now();
    auto answer = co_await dane_.host(host);
    note(journal_.hosts, host, begun, clock_.now(), answer);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::TlsaRecords>> RecordingDns::tlsa(Domain name) {
    const Time begun = clock_.now();
    auto answer = co_await dane_.tlsa(name);
    note(journal_.tlsa, name, begun, clock_.now(), answer);
    co_return answer;
}

asio::awaitable<engine::DnsAnswer<engine::AliasRecord>> RecordingDns::alias(Domain name) {
    auto answer = co_await dane_.alias(name);
    co_return answer;
}

asio::awaitable<Result<std::string>> RecordingFetcher::fetch(Domain policy_domain) {
    const Time begun = clock_.now();
    auto body = co_await fetcher_.fetch(policy_domain);
    note(journal_.fetches, policy_domain, begun, clock_.now(), body);
    co_return body;
}

void RecordingObserver::on_event(const engine::Event& event) {
    const auto* learned = std::get_if<engine::PolicyLearned>(&event);
    if (learned != nullptr && journal_ != nullptr) journal_->learned = learned->now;
}

}  // namespace tlspolicy::inquiry
